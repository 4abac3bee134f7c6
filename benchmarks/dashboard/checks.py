"""Whether kept numbers are whole and of today's schema, and how to rebuild them where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.manifest import MANIFEST_FILE, Manifest, read_manifest
from benchmarks.outcomes import Outcomes
from benchmarks.suite import Entry
from errors import DataError

TOLERANCE = 1e-4
"""Scores are kept with five decimals, so a distribution may leave [0, 1] by rounding."""


def checked_manifest(folder: Path) -> Manifest:
    """The manifest; raises DataError where it is missing or damaged."""
    if not (folder / MANIFEST_FILE).is_file():
        what = f"{folder / MANIFEST_FILE} is missing, so nothing is known of any benchmark."
        raise DataError(what, "Restore it from the repository, or run `python -m benchmarks --data DIR`.")
    return read_manifest(folder)


def rebuild(what: str, name: str) -> DataError:
    """The error of a benchmark whose files must be made again."""
    return DataError(what, f"Rebuild it: `python -m benchmarks --data DIR --benchmark {name}` (docs/DATA.md).")


def check_outcomes(entry: Entry, outcomes: Outcomes, folder: Path) -> None:
    """Makes sure that the columns are there which every figure needs; raises DataError."""
    path = folder / f"{entry.name}.outcomes.csv"
    if entry.pair:
        missing = [llm for llm in (entry.pair.weak, entry.pair.strong) if llm not in outcomes.quality]
        if missing:
            raise rebuild(f"{path} has no column 'quality {missing[0]}'.", entry.name)
    elif outcomes.labels is None:
        raise rebuild(f"{path} has no column 'label'.", entry.name)


def is_distribution(probabilities: FloatArray) -> bool:
    """Whether every row that is known lies in [0, 1], shape (n, k)."""
    known = probabilities[np.isfinite(probabilities).all(axis=1)]
    return bool(known.size == 0 or ((known >= -TOLERANCE) & (known <= 1 + TOLERANCE)).all())
