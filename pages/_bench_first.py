"""The first view of the Benchmarks page, kept in the page itself: its visitor waits for no answer of the server.

Gradio sends a page's components with the values that they had when the app was built, when nothing was computed yet.
Once the numbers are read, the values of the usual view take their place. Building the page of them takes a browser
longer than reading it, so the same words stand before it as plain HTML until it is built (`html`). The figure waits
beside them as JSON, because plotly.js takes longer than all the rest, and until it has drawn, a still picture of the
same figure stands in its place. Whoever comes earlier or comes with a link asks the server as ever.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import gradio as gr
from pydantic import BaseModel

from benchmarks.plots.poster import poster
from benchmarks.plots.theme import Scheme
from pages._templates import render
from pages.look import first_head, script
from router_models import RouterPanel

PATH = "/benchmarks"
logger = logging.getLogger("playground")

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


@dataclass(frozen=True)
class FirstWords:
    """What is read first, from the top: components whose values come as plain HTML as well.

    Attributes:
        header: The frame's.
        title: What the page is for.
        controls: What the answer is for, drawn as boxes that do nothing yet.
        answer: The answer.
        move: What comes below it.
    """

    header: gr.HTML
    title: gr.HTML
    controls: tuple[gr.Dropdown | gr.Slider, ...]
    answer: gr.HTML
    move: gr.HTML


class FirstView:
    """What the page shows to somebody who has chosen nothing.

    Args:
        demo: All pages.
        outputs: Components of the head of this page.
        draw: Gives their values for light or dark, as an event would; only the chart's differ.
        words: What is read first.
        chart: The chart among the outputs.
    """

    _of: ClassVar[WeakKeyDictionary[RouterPanel, FirstView]] = WeakKeyDictionary()

    def __init__(
        self,
        demo: gr.Blocks,
        outputs: Sequence[Any],
        draw: Callable[[Scheme], Sequence[Any]],
        words: FirstWords,
        chart: FirstChart,
    ) -> None:
        self._demo, self._outputs, self._draw, self._words, self._chart = demo, tuple(outputs), draw, words, chart
        self.html = ""
        """What stands before the page until it is built; empty until it is prepared."""

    def remember(self, panel: RouterPanel) -> None:
        """Makes it the first view of the pages around a panel, so that `of` finds it."""
        self._of[panel] = self

    @classmethod
    def of(cls, panel: RouterPanel) -> FirstView | None:
        """The first view of the pages that were built around a panel."""
        return cls._of.get(panel)

    def prepare(self) -> None:
        """Computes the values and puts them into the page; without numbers the page goes on asking the server."""
        values, in_the_dark = self._values("light"), self._values("dark")
        plot = self._chart.plot._id
        drawn = [value for scheme in (values, in_the_dark) if (value := scheme.pop(plot).get("value"))]
        if len(drawn) < 2:
            logger.warning("The Benchmarks page has no first view: its numbers cannot be read.")
            return
        light, dark = (json.loads(value["plot"]) for value in drawn)
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
        self.html = self._plain(values)

    def _plain(self, values: Mapping[int, Mapping[str, Any]]) -> str:
        """The words and the still picture as one piece of HTML."""
        words = self._words
        parts = {"header": words.header, "title": words.title, "answer": words.answer, "move": words.move}
        parts["poster"] = self._chart.poster
        return render(
            "bench_first.html",
            head=first_head(),
            script=script("first.js"),
            parts={name: _shown(part, values) for name, part in parts.items()},
            controls=[(control.label, _shown(control, values)) for control in words.controls],
        )

    def _values(self, scheme: Scheme) -> dict[int, dict[str, Any]]:
        """Properties of every component, by its number."""
        return {part._id: _props(value) for part, value in zip(self._outputs, self._draw(scheme), strict=True)}


def _shown(part: gr.HTML | gr.Dropdown | gr.Slider, values: Mapping[int, Mapping[str, Any]]) -> str:
    """What a component shows: the name of what is chosen rather than its id."""
    props = values.get(part._id, {})
    value = props.get("value", part.value)
    return str(next((name for name, one in props.get("choices", ()) if one == value), value))


def _props(value: Any) -> dict[str, Any]:  # noqa: ANN401  a component's value or update
    """A value, or an update with further properties, as Gradio's page has them."""
    update = {name: part for name, part in value.items() if name != "__type__"} if isinstance(value, dict) else None
    props = {"value": value} if update is None else update
    if isinstance(props.get("value"), BaseModel):
        props["value"] = props["value"].model_dump()
    if "choices" in props:
        props["choices"] = [one if isinstance(one, tuple) else (one, one) for one in props["choices"]]
    return props
