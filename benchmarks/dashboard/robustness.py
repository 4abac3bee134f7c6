"""How often a router changes its mind over noise: `python -m benchmarks.dashboard.robustness --data DIR` measures it.

`assets/benchmarks/robustness.json` holds per router and kind of noise the share of prompts whose pick flips, with its
interval. Robustness is 1 minus that share.

Source:
    RouterArena: robustness = 1 − share of queries whose pick flips under a paraphrase or noise.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.draws import Draws
from benchmarks.dashboard.noise import NOISES
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.kept import Kept, keep, read_kept
from benchmarks.part import operating_point

if TYPE_CHECKING:
    from router_models import RouterPanel
    from router_models.base import Router

ROBUSTNESS_FILE = "robustness.json"
MEND = "Measure again: `python -m benchmarks.dashboard.robustness --data DIR`."
SETS = ("ray", "nexos", "mmlu", "gsm8k", "mt-bench")
PROMPTS_PER_SET = 60
LONGEST_CHARS = 1500
"""Longer prompts are left out: noise beyond what a router reads tests nothing."""

CHUNK = 32
EVERY = "all"
"""Name of the mean over all kinds of noise."""

SEED = 0


class Flips(Kept):
    """One router under one kind of noise.

    Attributes:
        flipped: Share of the prompts whose pick changes.
        low: Lower end of its 95 % interval.
        high: Upper end.
        moved: Mean absolute change of P(strong).
    """

    flipped: float
    low: float
    high: float
    moved: float


class Robustness(Kept):
    """The file.

    Attributes:
        date: Day of the run.
        prompts: Prompts that were disturbed, by benchmark.
        routers: Router → kind of noise → flips; `EVERY` is the mean over the kinds.
    """

    date: str
    prompts: dict[str, int]
    routers: dict[str, dict[str, Flips]]


def read_robustness(folder: Path = FOLDER) -> Robustness:
    """Reads the file.

    Raises:
        DataError: It is missing or not in its format.
    """
    return read_kept(Robustness, folder / ROBUSTNESS_FILE, "how robust the routers are is not known", MEND)


def measure(panel: RouterPanel, prompts: dict[str, list[str]]) -> Robustness:
    """Disturbs prompts and asks every router that does not wait for an LLM before and after.

    Args:
        panel: The routers.
        prompts: Benchmark → prompts.
    """
    texts = [text for of_set in prompts.values() for text in of_set]
    routers = [panel[name] for name in panel.immediate_ids]
    before = _answers(routers, texts)
    flips: dict[str, dict[str, tuple[FloatArray, FloatArray]]] = {router.id: {} for router in routers}
    for kind, noise in NOISES.items():
        after = _answers(routers, [noise(text, random.Random(f"{SEED} {kind} {text}")) for text in texts])
        for name in flips:
            changed = (before[name][1] != after[name][1]).astype(np.float64)
            flips[name][kind] = changed, np.abs(before[name][0] - after[name][0])
    draws = Draws(np.arange(len(texts)))
    measured = {name: _flips(by_kind, draws) for name, by_kind in flips.items()}
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return Robustness(date=day, prompts={name: len(of_set) for name, of_set in prompts.items()}, routers=measured)


def sample_prompts(data_dir: Path, per_set: int = PROMPTS_PER_SET) -> dict[str, list[str]]:
    """Test prompts of several benchmarks, always the same ones; raises DataError as the loaders do."""
    from benchmarks.suite import entries

    found = {}
    for entry in entries(SETS):
        test = [text for text in entry.load(data_dir).part("test").prompts if 0 < len(text) <= LONGEST_CHARS]
        found[entry.name] = random.Random(SEED).sample(test, min(per_set, len(test)))
    return found


def _answers(routers: Sequence[Router], texts: Sequence[str]) -> dict[str, tuple[FloatArray, IntArray]]:
    """Per router P(strong) and the picked route of every text; features are shared within a chunk."""
    from router_models.prompt_batch import PromptBatch
    from router_models.prompts import clean_prompt

    order = sorted(range(len(texts)), key=[len(text) for text in texts].__getitem__)
    probabilities = {router.id: np.empty((len(texts), len(router.routes))) for router in routers}
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        batch = PromptBatch([clean_prompt(texts[row]) for row in rows])
        for router in routers:
            probabilities[router.id][rows] = router.predict_proba(batch)
    return {router.id: (1.0 - probabilities[router.id][:, 0], _picks(router, probabilities)) for router in routers}


def _picks(router: Router, probabilities: dict[str, FloatArray]) -> IntArray:
    said = probabilities[router.id]
    if len(router.routes) == 2:
        return (1.0 - said[:, 0] >= operating_point(router.card)).astype(np.int64)
    return np.asarray(said.argmax(axis=1), dtype=np.int64)


def _flips(by_kind: dict[str, tuple[FloatArray, FloatArray]], draws: Draws) -> dict[str, Flips]:
    changed = np.column_stack([flipped for flipped, _ in by_kind.values()])
    moved = np.column_stack([distance for _, distance in by_kind.values()])
    rows = np.ones(len(changed), dtype=bool)
    estimates = draws.estimates(rows, np.column_stack([changed, changed.mean(axis=1)]))
    distances = [*moved.mean(axis=0), moved.mean()]
    return {
        kind: _rounded(found, float(distance))
        for kind, found, distance in zip((*by_kind, EVERY), estimates, distances, strict=True)
    }


def _rounded(found: Estimate, moved: float) -> Flips:
    flipped, low, high = (round(value, 4) for value in (found.value, found.low, found.high))
    return Flips(flipped=flipped, low=low, high=high, moved=round(moved, 4))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard.robustness", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the public data sets")
    parser.add_argument("--per-set", type=int, default=PROMPTS_PER_SET, help="prompts of each benchmark")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    options = parser.parse_args(arguments)
    path = options.folder / ROBUSTNESS_FILE
    return keep(partial(_measured, options.data, options.per_set), path)


def _measured(data_dir: Path, per_set: int) -> Robustness:
    from router_models import load_panel

    return measure(load_panel(), sample_prompts(data_dir, per_set))


if __name__ == "__main__":
    sys.exit(main())
