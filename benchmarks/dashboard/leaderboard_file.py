"""The leaderboard's file: the summary's figures, kept with a hash of the numbers that they were made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmarks import trio
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.pair_figures import BY_P_CORRECT
from benchmarks.pool_figures import AIQ_GAIN
from benchmarks.summary import Row
from errors import DataError

LEADERBOARD_FILE = "leaderboard.json"
COMMAND = "python -m benchmarks.dashboard.leaderboard"
MEND = f"Write it again: `{COMMAND}` (about a minute)."
METRICS = ("APGR", BY_P_CORRECT, "CPT50", "CPT80", "AIQ", AIQ_GAIN, "AUC", "accuracy", "balanced accuracy", "macro F1")
"""Columns of figures, in order; a benchmark fills those that belong to its kind."""

OTHERS = ("ECE", trio.ACCURACY, trio.GAIN, trio.COST, "RouterArena score", "AUC, simple or not", "quality of the pick")
"""Further columns."""


class KeptRow(BaseModel):
    """One figure; a value that is not defined is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    router: str
    protocol: Literal["in-domain", "transfer"]
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int


class KeptBenchmark(BaseModel):
    """One benchmark's figures and the hash of the numbers behind them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_from: str
    rows: tuple[KeptRow, ...]


def made_from(folder: Path, name: str) -> str:
    """A hash of the numbers behind a benchmark's figures; the trio stands on three benchmarks."""
    digest = hashlib.sha256()
    for part in trio.PARTS if name == trio.NAME else (name,):
        for kind in ("outcomes", "scores", "choices"):
            path = folder / f"{part}.{kind}.csv"
            digest.update(path.read_bytes() if path.is_file() else b"-")
    return digest.hexdigest()[:16]


def write_leaderboard(rows: Sequence[Row], folder: Path = FOLDER) -> Path:
    """Keeps the summary's figures and returns the path.

    Args:
        rows: From `benchmarks.summary.summarise`.
        folder: Where the numbers are kept.
    """
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.metric in (*METRICS, *OTHERS):
            of = kept.setdefault(row.benchmark, {"made_from": made_from(folder, row.benchmark), "rows": []})
            said = row.as_json()
            of["rows"].append({name: said[name] for name in KeptRow.model_fields})
    path = folder / LEADERBOARD_FILE
    lines = [
        f'{json.dumps(name)}: {{"made_from": {json.dumps(of["made_from"])}, "rows": [\n'
        + ",\n".join(json.dumps(row, ensure_ascii=False) for row in of["rows"])
        + "\n]}"
        for name, of in kept.items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def read_leaderboard(folder: Path) -> dict[str, KeptBenchmark]:
    """Benchmark → its figures.

    Raises:
        DataError: The file is missing, cut short or of an older schema.
    """
    path = folder / LEADERBOARD_FILE
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {name: KeptBenchmark.model_validate(of) for name, of in read.items()}
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: the leaderboard's figures are not known.", MEND) from error
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        raise DataError(f"{path} is cut short or of an older schema.", MEND) from error
