"""The first view of the Benchmarks page, kept in the page itself: its first visitor waits for no answer of the server.

Gradio sends a page's components with the values that they had when the app was built, when nothing was computed yet.
Once the numbers are read, the values of the usual view take their place. The figure waits beside them as JSON until the
words are there, because plotly.js takes longer than all the rest, and until it has drawn, a still picture of the same
figure stands in its place. Whoever comes earlier or comes with a link asks the server as ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import gradio as gr
from pydantic import BaseModel

from benchmarks.plots.poster import poster
from benchmarks.plots.theme import Scheme
from pages._templates import render
from router_models import RouterPanel

PLOT_AT_LAST = """(figures) => {
  if (!figures) return null;
  const { light, dark } = JSON.parse(figures);
  return { type: 'plotly', plot: JSON.stringify(document.documentElement.dataset.theme === 'dark' ? dark : light) };
}"""
"""Gives the plot its value in the browser alone."""

NO_POSTER = "() => ''"
"""Takes the still picture away for good."""


@dataclass(frozen=True)
class FirstChart:
    """The chart of the first view, which is drawn last.

    Attributes:
        plot: The plot, empty until the page is there.
        waiting: A hidden text that keeps its figures, light and dark, as JSON.
        poster: The still picture in its place.
    """

    plot: gr.Plot
    waiting: gr.Textbox
    poster: gr.HTML


class FirstView:
    """What the page shows to somebody who has chosen nothing.

    Args:
        demo: All pages.
        outputs: Components of the head of this page.
        draw: Gives their values for light or dark, as an event would; only the chart's differ.
        chart: The chart among them.
    """

    _of: ClassVar[WeakKeyDictionary[RouterPanel, FirstView]] = WeakKeyDictionary()

    def __init__(
        self, demo: gr.Blocks, outputs: Sequence[Any], draw: Callable[[Scheme], Sequence[Any]], chart: FirstChart
    ) -> None:
        self._demo, self._outputs, self._draw, self._chart = demo, tuple(outputs), draw, chart

    def remember(self, panel: RouterPanel) -> None:
        """Makes it the first view of the pages around a panel, so that `of` finds it."""
        self._of[panel] = self

    @classmethod
    def of(cls, panel: RouterPanel) -> FirstView | None:
        """The first view of the pages that were built around a panel."""
        return cls._of.get(panel)

    def prepare(self) -> None:
        """Computes the values and puts them into the page."""
        values, in_the_dark = self._values("light"), self._values("dark")
        plot = self._chart.plot._id
        light, dark = (json.loads(drawn.pop(plot)["value"]["plot"]) for drawn in (values, in_the_dark))
        figures = json.dumps({"light": light, "dark": dark}, separators=(",", ":"))
        values[self._chart.waiting._id] = {"value": figures}
        values[self._chart.poster._id] = {"value": render("bench_poster.html", poster=poster(light, dark))}
        for part in self._outputs:
            for name, value in values.get(part._id, {}).items():
                if name == "choices":
                    setattr(part, name, value)  # against these Gradio checks what comes back from a browser
        for component in self._demo.config["components"]:
            if component["id"] in values:
                component["props"] = {**component["props"], **values[component["id"]]}

    def _values(self, scheme: Scheme) -> dict[int, dict[str, Any]]:
        """Properties of every component, by its number."""
        return {part._id: _props(value) for part, value in zip(self._outputs, self._draw(scheme), strict=True)}


def _props(value: Any) -> dict[str, Any]:  # noqa: ANN401  a component's value or update
    """A value, or an update with further properties, as Gradio's page has them."""
    update = {name: part for name, part in value.items() if name != "__type__"} if isinstance(value, dict) else None
    props = {"value": value} if update is None else update
    if isinstance(props.get("value"), BaseModel):
        props["value"] = props["value"].model_dump()
    if "choices" in props:
        props["choices"] = [one if isinstance(one, tuple) else (one, one) for one in props["choices"]]
    return props
