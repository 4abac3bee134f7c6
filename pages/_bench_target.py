"""Tab of the Benchmarks page: from a budget or a quality floor to a router and its threshold."""

from __future__ import annotations

from typing import Any

import gradio as gr

from benchmarks.dashboard.choice import Goal, Kind
from benchmarks.dashboard.curves import random_curve
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.plain_answer import MARGIN
from benchmarks.dashboard.source import Source, best_basis
from benchmarks.dashboard.target import Answer, reach
from benchmarks.plots.theme import Theme
from benchmarks.tables.candidates import candidates
from benchmarks.tables.phrases import dollars, quality
from errors import BadInputError
from pages._bench_point import link_of
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render

KINDS: list[tuple[str, str]] = [
    ("Keep at least, % of what the dear LLM is better by", "kept"),
    ("Quality of at least", "quality"),
    ("USD per 1,000 prompts of at most", "budget"),
    ("Strong calls, %, of at most", "strong calls"),
]
USUAL = {"kept": 0.8, "quality": 0.8, "budget": 0.5, "strong calls": 0.5}
"""Where between the weak and the strong LLM the goal lies until the reader sets one."""

PERCENT = frozenset({"kept", "strong calls"})
"""Goals that are given in percent."""


class TargetTab(BenchTab):
    """A goal, and the routers that reach it."""

    name, title = "target", "Reach a target"

    def lay_out(self) -> None:
        """Goal, margin, answer, table."""
        with gr.Row(elem_classes="rp-bm-controls"):
            kind = gr.Dropdown(KINDS, value="kept", label="What is wanted", elem_id="rp-bm-goal", filterable=False)
            value = gr.Number(None, label="Value", elem_id="rp-bm-goal-value")
            sure = gr.Checkbox(MARGIN, label="With a margin of error", elem_id="rp-bm-goal-sure")
        known = gr.State(("", ""))
        self.inputs = [kind, value, sure, known]
        self.watched = [kind, value, sure]
        self.outputs = [value, known, static_html("", "rp-bm-reached"), static_html("", "rp-bm-candidates")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """The answer; a goal of another benchmark or kind is replaced by a usual one."""
        kind, value, sure, known = mine
        numbers = source.numbers(benchmark)
        if kind not in USUAL:
            raise BadInputError("Nothing is wanted.", "Choose a share to keep, a quality, a budget or strong calls.")
        low, high = _ends(numbers, kind)
        if value is None or tuple(known) != (benchmark, kind):
            value = float(f"{low + USUAL[kind] * (high - low):.4g}")
        goal = Goal(kind, value / 100.0 if kind in PERCENT else value, bool(sure))
        found = reach(numbers, goal, best_basis(numbers))
        return gr.update(value=value), (benchmark, kind), self._said(found, low, high, kind), candidates(found).html()

    def _said(self, found: Answer, low: float, high: float, kind: Kind) -> str:
        form = {"quality": quality, "budget": dollars}.get(kind, _percent)
        sentences = [f"From the weak to the strong LLM alone it is {form(low)} to {form(high)}.", found.how_judged]
        if found.left_out:
            sentences.append(f"Left out, because run on a sample only: {', '.join(found.left_out)}.")
        link = link_of(found.best.name, found.best.chosen.threshold, self.page.served)[0] if found.best else ""
        title = found.verdict
        return render("bench_panel.html", name="target", title=title, sentences=sentences, link=link)


def _ends(numbers: Numbers, kind: str) -> tuple[float, float]:
    """What the weak and the strong LLM alone give of what is wanted.

    Raises:
        BadInputError: A budget is wanted where no costs are known.
    """
    if kind in PERCENT:
        return 0.0, 100.0
    basis = best_basis(numbers)
    curve = random_curve(numbers, basis)
    if kind == "quality":
        return float(curve.quality[0]), float(curve.quality[-1])
    if curve.usd_per_1000 is None:
        what = f"No costs are known on {numbers.entry.title}."
        raise BadInputError(what, "Limit the share of strong calls instead, or choose another benchmark.")
    return float(curve.usd_per_1000[0]), float(curve.usd_per_1000[-1])


def _percent(value: float) -> str:
    return f"{value:.0f} %"
