"""Writing tables of numbers so that equal numbers give equal files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

SIGNIFICANT_DIGITS = 6


def cell(value: object) -> str:
    """A number with at most six significant digits, NaN as an empty cell, anything else as text."""
    if not isinstance(value, float):
        return str(value)
    return "" if value != value else f"{value:.{SIGNIFICANT_DIGITS}g}"  # only NaN differs from itself


def write_table(path: Path, columns: Mapping[str, Sequence[object]]) -> Path:
    """Writes columns of equal length as CSV with a header line and returns the path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(value) for value in row] for row in zip(*columns.values(), strict=True))
    return path
