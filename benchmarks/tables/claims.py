"""What published sources claim beside what was measured here, as a table."""

from __future__ import annotations

from benchmarks.dashboard.claims import Claim
from benchmarks.tables.cells import Cell, Column, Table, figure_cell, number_cell

LARGE = 10.0
"""From here on figures are times or rates, which need no three decimals."""

COLUMNS = (
    Column("Claimed for", numeric=False),
    Column("What", numeric=False),
    Column("Claimed"),
    Column("Measured here"),
    Column("By", numeric=False),
    Column("Verdict", numeric=False),
    Column("What is known against it", numeric=False),
)


def claims_table(found: tuple[Claim, ...]) -> Table:
    """The claims in groups by benchmark."""
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for claim in found:
        groups.setdefault(claim.title, []).append(_row(claim))
    said = "What others published, and the same figure measured here; never mix claims against different baselines"
    return Table("claims", said, COLUMNS, tuple((title, tuple(rows)) for title, rows in groups.items()))


def _row(claim: Claim) -> tuple[Cell, ...]:
    measured = claim.measured
    ours, by = Cell(""), Cell("")
    if measured is not None:
        value = measured.value
        ours = figure_cell(value) if abs(value.value) < LARGE else number_cell(value.value, "{:,.0f}")
        by = Cell(measured.router, small=f"{measured.n_rows:,} prompts, {measured.how}")
    return (
        Cell(claim.router, small=claim.source),
        Cell(claim.metric),
        number_cell(claim.value, "{:.3f}" if abs(claim.value) < LARGE else "{:,.0f}"),
        ours,
        by,
        Cell(claim.verdict),
        Cell(" ".join(claim.contradictions)),
    )
