"""Tab of the Benchmarks page: latency against quality, and what a router's own time costs."""

from __future__ import annotations

from typing import Any

from benchmarks.dashboard.leaderboard import leaderboard
from benchmarks.dashboard.leaderboard_file import METRICS
from benchmarks.plots.latency_chart import latency_chart
from benchmarks.plots.theme import Theme
from errors import BadInputError
from pages._bench_charts import drawn
from pages._bench_leaderboard import rows_on
from pages._bench_source import OWN, Source
from pages._bench_tab import BenchTab
from pages._bench_tables import Cell, Column, Table, number_cell
from pages._bench_words import dollars
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
        rows = [row for row in rows_on(board, source, benchmark) if row.latency_ms is not None]
        metric = next((metric for metric in METRICS if any(metric in row.figures for row in rows)), "")
        if not metric:
            raise BadInputError("No router was timed.", "Run `python -m benchmarks.dashboard.latency`.")
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
        caption = f"What a router itself takes, at {dollars(self.page.usd_per_hour)} an hour for a machine of its own"
        table = Table("speed", caption, columns, (("", lines),))
        return (*drawn(latency_chart(rows, metric, colours, board.latency_note), "speed-chart"), table.html())


def _money(usd_per_1000: float | None) -> Cell:
    return Cell("") if usd_per_1000 is None else Cell(dollars(1000 * usd_per_1000), 1000 * usd_per_1000)
