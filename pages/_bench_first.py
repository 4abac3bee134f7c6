"""The first view of the Benchmarks page, kept in the page itself: its first visitor waits for no answer of the server.

Gradio sends a page's components with the values that they had when the app was built, when nothing was computed yet.
Once the numbers are read, the values of the usual view take their place. The figure waits beside them as JSON until the
words are there, because plotly.js takes longer than all the rest. Whoever comes earlier, comes with a link or sees the
page in the dark asks the server as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import gradio as gr
from pydantic import BaseModel

from router_models import RouterPanel

PLOT_AT_LAST = "(plot) => (plot ? { type: 'plotly', plot } : null)"
"""Gives the plot its value in the browser alone."""


class FirstView:
    """What the page shows to somebody who has chosen nothing.

    Args:
        demo: All pages.
        outputs: Components of the head of this page.
        draw: Gives their values, as an event would.
        later: A plot among them, whose value is kept in a hidden text until the page is there, and that text.
    """

    _of: ClassVar[WeakKeyDictionary[RouterPanel, FirstView]] = WeakKeyDictionary()

    def __init__(
        self, demo: gr.Blocks, outputs: Sequence[Any], draw: Callable[[], Sequence[Any]], later: tuple[gr.Plot, Any]
    ) -> None:
        self._demo, self._outputs, self._draw = demo, tuple(outputs), draw
        self._plot, self._waiting = later

    def remember(self, panel: RouterPanel) -> None:
        """Makes it the first view of the pages around a panel, so that `of` finds it."""
        self._of[panel] = self

    @classmethod
    def of(cls, panel: RouterPanel) -> FirstView | None:
        """The first view of the pages that were built around a panel."""
        return cls._of.get(panel)

    def prepare(self) -> None:
        """Computes the values and puts them into the page."""
        values = {part._id: _props(value) for part, value in zip(self._outputs, self._draw(), strict=True)}
        values[self._waiting._id] = {"value": values.pop(self._plot._id)["value"]["plot"]}
        for part in self._outputs:
            for name, value in values.get(part._id, {}).items():
                if name == "choices":
                    setattr(part, name, value)  # against these Gradio checks what comes back from a browser
        for component in self._demo.config["components"]:
            if component["id"] in values:
                component["props"] = {**component["props"], **values[component["id"]]}


def _props(value: Any) -> dict[str, Any]:  # noqa: ANN401  a component's value or update
    """A value, or an update with further properties, as Gradio's page has them."""
    update = {name: part for name, part in value.items() if name != "__type__"} if isinstance(value, dict) else None
    props = {"value": value} if update is None else update
    if isinstance(props.get("value"), BaseModel):
        props["value"] = props["value"].model_dump()
    if "choices" in props:
        props["choices"] = [one if isinstance(one, tuple) else (one, one) for one in props["choices"]]
    return props
