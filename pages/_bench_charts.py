"""How the Benchmarks page shows a chart: the plot itself, and under it how to read it and what can be saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import gradio as gr
from gradio.components.plot import PlotData

from benchmarks.plots.chart import Chart
from pages._templates import render


@dataclass(frozen=True)
class ChartSlot:
    """A place of the page for one chart.

    Attributes:
        plot: The plot.
        foot: How to read it, and the buttons that save it.
    """

    plot: gr.Plot
    foot: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What an event that draws here writes to."""
        return [self.plot, self.foot]


def chart_slot(name: str, label: str) -> ChartSlot:
    """An empty place for a chart.

    Args:
        name: Unique on the page; the plot's element is `rp-chart-<name>`.
        label: For screen readers.
    """
    plot = gr.Plot(label=label, show_label=False, container=False, elem_id=f"rp-chart-{name}", elem_classes="rp-chart")
    foot = gr.HTML("", js_on_load=None, apply_default_css=False, elem_id=f"rp-chart-foot-{name}")
    return ChartSlot(plot, foot)


def drawn(chart: Chart, slot: str) -> tuple[Any, str]:
    """The values of a slot's plot and foot.

    Args:
        chart: What to draw.
        slot: Name of the slot.
    """
    return gr.update(value=drawn_again(chart), visible=True), foot_html(chart, slot)


def drawn_again(chart: Chart) -> PlotData:
    """The plot alone, where what is under it has not changed."""
    return PlotData(type="plotly", plot=chart.json())


def foot_html(chart: Chart, slot: str) -> str:
    """How to read a chart, and its PNG, SVG and CSV."""
    csv = "data:text/csv;charset=utf-8," + quote(chart.csv())
    return render("bench_foot.html", chart=chart, slot=slot, csv=csv)


def nothing(message: str) -> tuple[Any, str]:
    """The values of a slot that has nothing to show, with the reason; it is empty where that is said elsewhere."""
    sentences = (message,) if message else ()
    return gr.update(value=None, visible=False), render("bench_notice.html", sentences=sentences, error=False)
