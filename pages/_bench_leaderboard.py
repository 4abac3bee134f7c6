"""Tab of the Benchmarks page: all routers, by any metric, on one benchmark and on all of them."""

from __future__ import annotations

import math
from typing import Any

import gradio as gr

from benchmarks.dashboard.leaderboard import LOWER, Leaderboard, LeaderRow, leaderboard, session_rows, sort_rows
from benchmarks.dashboard.leaderboard_file import METRICS
from benchmarks.plots.leaderboard_chart import leaderboard_chart
from benchmarks.plots.theme import Theme
from errors import BadInputError
from pages._bench_charts import drawn
from pages._bench_source import OWN, Source
from pages._bench_tab import BenchTab
from pages._bench_tables import Cell, Column, Table, figure_cell, number_cell
from pages._components import static_html
from pages._templates import render

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


class LeaderboardTab(BenchTab):
    """The table, the figure and the overview."""

    name, title = "leaderboard", "All routers"

    def lay_out(self) -> None:
        """A metric, a figure, two tables."""
        metric = gr.Dropdown(
            [FIRST_METRIC], value=FIRST_METRIC, label="Metric", elem_id="rp-bm-metric", filterable=False
        )
        static_html(render("bench_section.html", title="", text=EXPLAINED), "rp-bm-metrics")
        self.inputs = self.watched = [metric]
        self.outputs = [metric]
        self.slot("chart", "Every router with its interval")
        self.outputs += [static_html("", "rp-bm-leaders"), static_html("", "rp-bm-overview")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Everything for one benchmark."""
        board = leaderboard(source.folder)
        rows = rows_on(board, source, benchmark)
        metrics = [metric for metric in METRICS if any(metric in row.figures for row in rows)]
        if not metrics:
            raise BadInputError("The leaderboard has no figures of this benchmark.", "Choose another benchmark.")
        metric = mine[0] if mine and mine[0] in metrics else metrics[0]
        return (
            gr.update(choices=metrics, value=metric),
            *drawn(leaderboard_chart(rows, metric, colours), "leaderboard-chart"),
            leaders(rows, metrics, metric).html(),
            overview(board, metric).html(),
        )


def rows_on(board: Leaderboard, source: Source, benchmark: str) -> list[LeaderRow]:
    """Rows of one benchmark; those of uploaded results are computed now.

    Raises:
        PlaygroundError: The figures of the benchmark are of an older run.
    """
    if benchmark == OWN:
        return session_rows(source.numbers(OWN))
    if benchmark in board.problems:
        raise board.problems[benchmark]
    return [row for row in board.rows if row.benchmark == benchmark]


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
