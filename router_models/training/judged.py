"""Prompts that judge LLMs have rated, as training rows: the file of `python -m feedback judge … --export FILE`.

Only the train side of the split rule is learnt from, as of every other set.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.split import is_test, question_key
from errors import DataError
from router_models.card import TrainingData
from router_models.training.causal_5star_data import LEAST, MOST, StarRows
from router_models.training.encoder_data import Examples
from router_models.training.encoder_names import QUALITY

JUDGED = "judged"
"""Name of these rows among the data sets of a card."""

LICENCE, ORIGIN = "that of the prompts' authors", "rated by judge LLMs: python -m feedback judge … --export FILE"
_MEND = "Write it with `python -m feedback judge --results RUN --export FILE`."


def add_judged_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--judged FILE`, which may be given several times."""
    parser.add_argument(
        "--judged", type=Path, action="append", default=[], metavar="FILE", help="prompts rated by judge LLMs, too"
    )


def judged_stars(path: Path) -> StarRows:
    """The prompts with the fewest and the most stars that a judge gave, for `causal-5star`.

    Raises:
        DataError: The file is missing or not in its format, or has no prompt of the train side.
    """
    rows = _rows(path)
    prompts = tuple(row["prompt"] for row in rows)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    low, high = (np.array([row[name] for row in rows], dtype=np.int64) for name in ("stars_low", "stars_high"))
    return StarRows(f"{JUDGED}-{digest}-train", prompts, tuple(map(question_key, prompts)), low, high)


def judged_examples(path: Path) -> Examples:
    """The prompts with the win rate of the reference, for `encoder-quality`; raises as `judged_stars`."""
    rows = _rows(path)
    prompts = tuple(row["prompt"] for row in rows)
    wins = np.array([row["p_reference_wins"] for row in rows], dtype=np.float64)
    targets = np.stack([1 - wins, wins], axis=1)
    return Examples(QUALITY, prompts, tuple(map(question_key, prompts)), targets, (JUDGED,) * len(rows))


def judged_data(rows: StarRows) -> TrainingData:
    """What a card says of such rows."""
    return TrainingData(
        name=JUDGED, rows=len(set(rows.keys)), licence=LICENCE, origin=ORIGIN, note="stars by judge LLMs"
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        rows = [row for row in found if _is_row(row) and not is_test(row["prompt"])]
    except (OSError, ValueError) as error:
        raise DataError(f"The file {path} cannot be read: {error}.", _MEND) from error
    if not all(_is_row(row) for row in found):
        raise DataError(f"The file {path} has a row that is no judged prompt.", _MEND)
    if not rows:
        raise DataError(f"The file {path} has no prompt of the train side.", "Judge more prompts.")
    return rows


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("prompt"), str):
        return False
    figures: list[Any] = [row.get(name) for name in ("stars_low", "stars_high", "p_reference_wins")]
    if not all(isinstance(figure, int | float) for figure in figures):
        return False
    low, high, wins = figures
    return bool(LEAST <= low <= high <= MOST and 0 <= wins <= 1)
