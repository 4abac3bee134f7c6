"""Figures and tables as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from benchmarks.summary import Row

EMPTY = "–"


def interval(row: Row) -> str:
    """`.623 [.584, .662]`."""
    if math.isnan(row.value):
        return EMPTY
    return f"{number(row.value)} [{number(row.low)}, {number(row.high)}]"


def number(value: float) -> str:
    """Three decimals without a leading zero; from ten on, one decimal."""
    if math.isnan(value):
        return EMPTY
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
