"""Tab of the Benchmarks page: the plain answer to every kind of prompts, one line each."""

from __future__ import annotations

from typing import Any

from benchmarks.dashboard.source import Source
from benchmarks.plots.theme import Theme
from benchmarks.tables.answers import ANSWERS, answers
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render


class AnswersTab(BenchTab):
    """The table of answers."""

    name, title = "answers", "Every kind of prompts"

    def lay_out(self) -> None:
        """A sentence and the table."""
        static_html(render("bench_section.html", title="", text=ANSWERS), "rp-bm-answers-how")
        self.outputs = [static_html("", "rp-bm-answers")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Every answer; it does not depend on the benchmark that is chosen."""
        return (answers(source.results).html(),)
