"""Tab of the Benchmarks page: how often a router changes its mind when a prompt is merely written differently."""

from __future__ import annotations

from typing import Any

from benchmarks.dashboard.robustness import read_robustness
from benchmarks.dashboard.source import Source
from benchmarks.plots.robustness_chart import robustness_chart
from benchmarks.plots.theme import Theme
from benchmarks.tables.robustness import robustness_sentences, robustness_table
from pages._bench_charts import drawn
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render


class RobustnessTab(BenchTab):
    """A figure, how it was measured, a table."""

    name, title = "robustness", "Robustness"

    def lay_out(self) -> None:
        """The figure, then words and table."""
        self.slot("chart", "Routes that change under noise")
        self.outputs += [static_html("", "rp-bm-robustness-how"), static_html("", "rp-bm-robust")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """All of it; it does not depend on the benchmark that is chosen."""
        found = read_robustness(source.folder)
        title, *sentences = robustness_sentences(found)
        return (
            *drawn(robustness_chart(found, colours), "robustness-chart"),
            render("bench_panel.html", name="robustness", title=title, sentences=sentences, link=""),
            robustness_table(found).html(),
        )
