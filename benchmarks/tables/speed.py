"""What a router's own work takes: time, size and money, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.dashboard.leaderboard import LeaderRow
from benchmarks.tables.cells import Cell, Column, Table, number_cell
from benchmarks.tables.phrases import dollars


def speed_table(rows: Sequence[LeaderRow], usd_per_hour: float) -> Table:
    """A row per router that was timed.

    Args:
        rows: Of one benchmark, each with its latency.
        usd_per_hour: What a machine for the router costs.
    """
    columns = (
        Column("Router", numeric=False),
        Column("ms per prompt", lower=True),
        Column("forwards of the encoder", lower=True),
        Column("MB of weights", lower=True),
        Column("USD per 1 million prompts", lower=True),
    )
    lines = tuple(
        (
            Cell(row.router, small=row.note),
            number_cell(row.latency_ms),
            number_cell(row.forwards),
            number_cell(row.size_mb),
            _money(row.overhead_usd_per_1000),
        )
        for row in rows
    )
    caption = f"What a router itself takes, at {dollars(usd_per_hour)} an hour for a machine of its own"
    return Table("speed", caption, columns, (("", lines),))


def _money(usd_per_1000: float | None) -> Cell:
    return Cell("") if usd_per_1000 is None else Cell(dollars(1000 * usd_per_1000), 1000 * usd_per_1000)
