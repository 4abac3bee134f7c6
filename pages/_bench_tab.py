"""A tab of the Benchmarks page: computed when it is first looked at, and again when what it shows changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import gradio as gr

from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.source import Source
from benchmarks.plots.chart import Chart
from benchmarks.plots.theme import Theme, theme
from errors import PlaygroundError
from pages._bench_charts import ChartSlot, chart_slot, drawn, nothing
from pages._bench_page import BenchmarksPage, notice, scheme_of


class BenchTab(ABC):
    """One tab.

    Attributes:
        name: Unique, as in element ids.
        title: For people.
        inputs: Its own controls, whose values `draw` gets.
        outputs: What `draw` gives values for.
        watched: Those of its controls whose change draws it again.

    Args:
        page: Knows where the numbers are.
    """

    name: str
    title: str

    def __init__(self, page: BenchmarksPage) -> None:
        self.page = page
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.watched: list[Any] = []
        self.notice: Any = None

    @abstractmethod
    def lay_out(self) -> None:
        """Makes the components inside the tab, whose context is open."""

    @abstractmethod
    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Values of `outputs` for the benchmark that is chosen; raises PlaygroundError."""

    def shown(self, scheme: str, own: Numbers | None, benchmark: str | None, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Notice and outputs; whatever goes wrong is said in this tab and leaves the others alone."""
        if not benchmark:
            return ("", *(gr.skip() for _ in self.outputs))
        try:
            return ("", *self.draw(self.page.source(own), benchmark, theme(scheme_of(scheme)), *mine))
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return (notice(error), *(gr.skip() for _ in self.outputs))

    def slot(self, name: str, label: str) -> ChartSlot:
        """A place for a chart, among the outputs."""
        made = chart_slot(f"{self.name}-{name}", label)
        self.outputs += made.outputs
        return made

    def filled(self, name: str, make: Callable[[], Chart]) -> tuple[Any, str]:
        """A slot's values: the chart, or why there is none."""
        try:
            return drawn(make(), f"{self.name}-{name}")
        except PlaygroundError as error:
            return nothing(str(error))
