"""Leaderboards: every router by every metric on one benchmark, and one metric on all benchmarks."""

from __future__ import annotations

import math

from benchmarks.dashboard.leaderboard import LOWER, Leaderboard, LeaderRow, sort_rows
from benchmarks.tables.cells import Cell, Column, Table, figure_cell, number_cell

GROUPS = {
    "in-domain": "In-domain: learnt from other prompts of this benchmark",
    "transfer": "Transfer: never saw prompts of this benchmark",
    "baseline": "Baselines and bounds",
    "published": "Published by others, not measured here",
}
FIRST_METRIC = "APGR"
EXPLAINED = (
    "APGR: mean share of the strong LLM's advantage that is kept, over all settings; guessing keeps about .5. CPT50 "
    "and CPT80: least share of strong calls that keeps 50 or 80 % of it. AIQ: mean quality over a range of costs. AUC: "
    "how surely a prompt in need scores above one that is not."
)


def leaders(rows: list[LeaderRow], metrics: list[str], by: str) -> Table:
    """The table of one benchmark, sorted by a metric within each group."""
    columns = (
        Column("Router", numeric=False),
        *(Column(metric, lower=metric in LOWER) for metric in metrics),
        Column("ms per prompt", lower=True),
        Column("MB", lower=True),
        Column("Prompts"),
    )
    groups = []
    for group, said in GROUPS.items():
        mine = sort_rows((row for row in rows if row.group == group), by)
        if mine:
            groups.append((said, tuple(_cells(row, metrics) for row in mine)))
    title = rows[0].title if rows else ""
    return Table(
        f"leaderboard-{rows[0].benchmark if rows else 'none'}", f"{title}: every router", columns, tuple(groups)
    )


def _cells(row: LeaderRow, metrics: list[str]) -> tuple[Cell, ...]:
    return (
        Cell(row.router, small=row.source or row.note),
        *(figure_cell(row.figures.get(metric)) for metric in metrics),
        number_cell(row.latency_ms),
        number_cell(row.size_mb),
        number_cell(row.n_rows, "{:,}"),
    )


def overview(board: Leaderboard, metric: str) -> Table:
    """One metric of our routers on every benchmark that has it."""
    ours = [row for row in board.rows if row.group != "published" and _value(row, metric) is not None]
    titles = list(dict.fromkeys((row.benchmark, row.title) for row in ours))
    routers = list(dict.fromkeys(row.router for row in ours))
    found = {(row.router, row.benchmark): row for row in ours}
    lines = []
    for router in routers:
        cells = [Cell(router)]
        for name, _ in titles:
            row = found.get((router, name))
            value = _value(row, metric) if row else None
            mark = "in-domain" if row and row.group == "in-domain" else ""
            cells.append(Cell("") if value is None else Cell(f"{value:.3f}", value, mark))
        lines.append(tuple(cells))
    columns = (Column("Router", numeric=False), *(Column(title, lower=metric in LOWER) for _, title in titles))
    return Table(f"overview-{metric}", f"{metric} on every benchmark", columns, (("", tuple(lines)),))


def _value(row: LeaderRow, metric: str) -> float | None:
    estimate = row.figures.get(metric)
    return None if estimate is None or math.isnan(estimate.value) else estimate.value
