"""Tab of the Benchmarks page: what the labelled sets look like, as counts only."""

from __future__ import annotations

from typing import Any

import gradio as gr

from benchmarks.dashboard.explorer import read_explorer
from benchmarks.dashboard.source import Source
from benchmarks.plots.labelled_charts import length_chart, word_chart
from benchmarks.plots.theme import Theme
from benchmarks.plots.word_cloud import cloud_chart
from benchmarks.tables.labelled import parts_table
from pages._bench_charts import drawn
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render


class DataTab(BenchTab):
    """Classes, lengths and words of one labelled set."""

    name, title = "data", "The data"

    def lay_out(self) -> None:
        """Which set, findings, counts, figures."""
        chosen = gr.Dropdown([], label="Labelled set", elem_id="rp-bm-set", filterable=False)
        self.inputs = self.watched = [chosen]
        self.outputs = [chosen, static_html("", "rp-bm-findings"), static_html("", "rp-bm-parts")]
        self.slot("lengths", "Lengths by class")
        self.slot("cloud", "Words")
        with gr.Row(elem_classes="rp-bm-pair"):
            for name in ("words", "pairs"):
                with gr.Column(min_width=320):
                    self.slot(name, name)

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Everything of one set; the first one unless chosen, or the page's benchmark where it is labelled."""
        explorer = read_explorer(source.folder)
        by_name = {found.name: found for found in explorer.sets}
        name = mine[0] if mine[0] in by_name else benchmark if benchmark in by_name else explorer.sets[0].name
        found = by_name[name]
        sentences = (f"Label: {found.label}", *found.findings, explorer.note)
        return (
            gr.update(choices=[(one.title, one.name) for one in explorer.sets], value=name),
            render("bench_panel.html", name="findings", title=found.title, sentences=sentences, link=""),
            parts_table(found).html(),
            *drawn(length_chart(found, colours), "data-lengths"),
            *drawn(cloud_chart(found, colours), "data-cloud"),
            *drawn(word_chart(found, found.words, "word", colours), "data-words"),
            *drawn(word_chart(found, found.pairs, "pair of words", colours), "data-pairs"),
        )
