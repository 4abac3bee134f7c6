"""Tab of the Benchmarks page: all routers, by any metric, on one benchmark and on all of them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from benchmarks.dashboard.leaderboard import Leaderboard, LeaderRow, leaderboard, session_rows
from benchmarks.dashboard.leaderboard_file import METRICS
from benchmarks.dashboard.source import OWN, Source
from benchmarks.plots.leaderboard_chart import leaderboard_chart
from benchmarks.plots.theme import Theme
from benchmarks.tables.leaders import EXPLAINED, FIRST_METRIC, leaders, overview
from errors import BadInputError
from pages._bench_charts import drawn
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render


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
