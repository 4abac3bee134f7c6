"""Reliability points: how often a router is right where it says that it is, from the kept numbers alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.manifest import read_manifest
from benchmarks.metrics import N_BINS
from benchmarks.outcomes import Outcomes, read_outcomes
from benchmarks.part import all_finite
from benchmarks.scores import Scores, read_scores
from benchmarks.suite import SUITE, Entry

RELIABILITY_FILE = "reliability.json"
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One bin of probabilities.

    Attributes:
        said: Mean P(strong) of its prompts.
        happened: Share of its prompts that needed more than the cheapest route.
        prompts: How many there are.
    """

    said: float
    happened: float
    prompts: int


def reliability(needed: IntArray, p_strong: FloatArray, n_bins: int = N_BINS) -> list[Point]:
    """Points of the bins that hold prompts, from low to high.

    Args:
        needed: 1 where the cheapest route did not suffice, shape (n,).
        p_strong: 1 − P(cheapest route), shape (n,).
        n_bins: Number of bins of equal width from 0 to 1.

    Source:
        Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, section 2.
    """
    bins = np.clip(np.ceil(p_strong * n_bins).astype(np.int64) - 1, 0, n_bins - 1)
    points = []
    for number in np.unique(bins):
        rows = bins == number
        said, happened = float(p_strong[rows].mean()), float(needed[rows].mean())
        points.append(Point(round(said, DIGITS), round(happened, DIGITS), int(rows.sum())))
    return points


def needed_strong(entry: Entry, outcomes: Outcomes) -> FloatArray | None:
    """1 where more than the cheapest route was needed, NaN where unknown, shape (n,); None where nothing says so.

    By label, or where answers of the benchmark's pair are right or wrong: only the strong LLM is right.
    """
    if entry.routes and outcomes.labels is not None:
        return (outcomes.labels > 0).astype(np.float64)
    if entry.pair is None:
        return None
    weak, strong = outcomes.quality[entry.pair.weak], outcomes.quality[entry.pair.strong]
    both = all_finite(np.stack([weak, strong]))
    if not np.isin(np.concatenate([weak[both], strong[both]]), (0.0, 1.0)).all():
        return None
    return np.where(both, strong > weak, np.nan)


def all_points(folder: Path) -> dict[str, dict[str, list[Point]]]:
    """Benchmark → router → points, for every benchmark that says what was needed.

    Args:
        folder: Where `python -m benchmarks` keeps its numbers.

    Raises:
        DataError: A file is not in its format.
    """
    manifest = read_manifest(folder)
    found: dict[str, dict[str, list[Point]]] = {}
    for entry in SUITE:
        if entry.name not in manifest.scored:
            continue
        outcomes = read_outcomes(folder, entry.name)
        needed = needed_strong(entry, outcomes)
        if needed is not None:
            scores = read_scores(folder, entry.name, outcomes.questions)
            found[entry.name] = {name: _points(scores, name, needed) for name in manifest.scored[entry.name]}
    return found


def as_json(folder: Path) -> str:
    """All points as the text of `reliability.json`, a line per router; raises as `all_points`."""
    benchmarks = [
        f"{json.dumps(benchmark)}: {{\n{_lines(routers)}\n}}" for benchmark, routers in all_points(folder).items()
    ]
    return "{\n" + ",\n".join(benchmarks) + "\n}\n"


def write_reliability(folder: Path) -> Path:
    """Writes `reliability.json` beside the numbers that it is made from and returns its path."""
    path = folder / RELIABILITY_FILE
    path.write_text(as_json(folder), encoding="utf-8")
    return path


def _lines(routers: Mapping[str, Sequence[Point]]) -> str:
    return ",\n".join(
        f"{json.dumps(router)}: {json.dumps([asdict(point) for point in points])}" for router, points in routers.items()
    )


def _points(scores: Scores, router: str, needed: FloatArray) -> list[Point]:
    p_strong = scores.p_strong(router)
    rows = all_finite(np.stack([p_strong, needed]))
    return reliability(needed[rows].astype(np.int64), p_strong[rows])
