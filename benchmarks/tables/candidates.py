"""The routers that reach a goal, as a table."""

from __future__ import annotations

from benchmarks.dashboard.target import Answer, Candidate
from benchmarks.tables.cells import Cell, Column, Table, figure_cell, number_cell
from benchmarks.tables.phrases import share


def candidates(found: Answer) -> Table:
    """Every router that reached the goal where it was chosen, judged on the other half."""
    columns = (
        Column("Router", numeric=False),
        Column("Threshold"),
        Column("Quality there"),
        Column("Strong calls there", lower=True),
        Column("USD per 1,000 there", lower=True),
        Column("Quality where chosen"),
    )
    rows = tuple(_row(candidate) for candidate in found.candidates)
    return Table("target", f"Routers that reach {found.goal.said()}, best first", columns, (("", rows),))


def _row(candidate: Candidate) -> tuple[Cell, ...]:
    at = candidate.share
    return (
        Cell(candidate.name),
        number_cell(candidate.chosen.threshold, "{:.4f}"),
        figure_cell(candidate.quality),
        Cell(share(at.value), at.value, f"{share(at.low)} to {share(at.high)}"),
        figure_cell(candidate.usd_per_1000),
        number_cell(candidate.chosen.quality, "{:.3f}"),
    )
