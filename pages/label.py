"""The Label page: people say which LLM a prompt needs; how well they agree; routers learn from it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from llms.completions import Completions
from pages._compare_voting import OpenStore
from pages._components import page_footer, page_header, static_html
from pages._judge import add_judge_tab
from pages._label_agreement import AgreementTab
from pages._label_desk import LabelDesk
from pages._label_door import LabelDoor
from pages._label_import import ImportPart
from pages._label_out import OutPart
from pages._label_queue import QueuePart
from pages._label_scoring import QueueScoring
from pages._label_tab import label_field
from pages._learn import add_learn_tab
from pages._templates import render
from router_models import RouterPanel
from settings import Settings

FOOTER = "Labels are only ever added: a changed one is a new row. Texts go when whoever brought them in deletes them."
TABS = ("label", "import", "agreement", "learn", "judge")
QUEUE = "labels"
CONCURRENCY = 4


def add_label_page(
    demo: gr.Blocks, panel: RouterPanel, settings: Settings, completions: Completions, open_store: OpenStore
) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    common: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": CONCURRENCY,
        "concurrency_id": QUEUE,
    }
    door = LabelDoor(settings, open_store)
    scoring = QueueScoring(panel, door)
    page_header("/label")
    with gr.Column(elem_id="rp-lb-page"):
        static_html(render("label_head.html"), "rp-lb-head")
        with gr.Tabs(elem_id="rp-lb-tabs") as tabs:
            with gr.Tab("Label", id="label"):
                label_field(LabelDesk(panel, open_store, scoring), settings)
            with gr.Tab("Import & export", id="import") as stock, gr.Column(elem_classes="rp-lb-stack"):
                imported = ImportPart(door, scoring).lay_out(stock, common)
                QueuePart(door, scoring).lay_out(stock, imported, common)
                OutPart(door).lay_out(common)
            with gr.Tab("Agreement", id="agreement") as agreement:
                AgreementTab(door).lay_out(agreement, common)
            with gr.Tab("Learn", id="learn") as learn:
                add_learn_tab(demo, learn, panel, settings, open_store)
            with gr.Tab("Judge", id="judge"):
                add_judge_tab(demo, panel, settings, completions, open_store)
    page_footer(FOOTER)
    demo.load(asked_tab, None, tabs, **common, api_name="label_tab")


def asked_tab(request: gr.Request) -> Any:  # noqa: ANN401  Gradio's update
    """Opens the tab that the address asks for, such as `?tab=learn`."""
    asked = request.query_params.get("tab")
    return gr.Tabs(selected=asked) if asked in TABS else gr.skip()
