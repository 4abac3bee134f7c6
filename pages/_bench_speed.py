"""Tab of the Benchmarks page: latency against quality, and what a router's own time costs."""

from __future__ import annotations

from typing import Any

from benchmarks.dashboard.leaderboard import leaderboard, timed_rows
from benchmarks.dashboard.leaderboard_file import METRICS
from benchmarks.dashboard.source import OWN, Source
from benchmarks.plots.latency_chart import latency_chart
from benchmarks.plots.theme import Theme
from benchmarks.tables.speed import speed_table
from errors import BadInputError
from pages._bench_charts import drawn
from pages._bench_leaderboard import rows_on
from pages._bench_tab import BenchTab
from pages._components import static_html


class SpeedTab(BenchTab):
    """A figure and a table."""

    name, title = "speed", "Speed"

    def lay_out(self) -> None:
        """The figure, then the table."""
        self.slot("chart", "Time of every router against its quality")
        self.outputs += [static_html("", "rp-bm-times")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Both for one benchmark."""
        if benchmark == OWN:
            raise BadInputError("The routers of your results were not timed.", "Choose another benchmark.")
        board = leaderboard(source.folder, usd_per_hour=self.page.usd_per_hour)
        every = rows_on(board, source, benchmark)
        metric = next((metric for metric in METRICS if any(metric in row.figures for row in every)), "")
        rows = timed_rows(every, metric)
        if not rows:
            raise BadInputError("No router was timed.", "Run `python -m benchmarks.dashboard.latency`.")
        table = speed_table(rows, self.page.usd_per_hour)
        return (*drawn(latency_chart(rows, metric, colours, board.latency_note), "speed-chart"), table.html())
