"""The Learn tab of the Label page: choose a router, let it learn, look at before and after, activate, roll back."""

from __future__ import annotations

from typing import Any

import gradio as gr

from feedback.learning.target import Target
from pages._bench_charts import chart_slot
from pages._compare_voting import OpenStore
from pages._components import static_html
from pages._learn_page import DEFAULT_SOURCES, FIRST_ROUTER, SLOT, LearnPage
from pages._learn_parts import COMPARE, LEARN
from pages._learn_words import SOURCE_NAMES, task_choices
from pages._templates import render
from pages.look import script
from router_models import RouterPanel
from settings import Settings

QUEUE = "learning"
WITH_THEME = "(...given) => [document.documentElement.dataset.theme || 'light', ...given.slice(1)]"
"""Puts light or dark in the place of the first input, as it is in this browser at this moment."""

AIMS = (("Serve at least …", "quality"), ("Escalate at most …", "cost"))
AIM_NOTE = "Where the threshold is put, so that of all labelled prompts …"


def add_learn_tab(
    demo: gr.Blocks,
    item: Any,  # noqa: ANN401  a gr.Tab
    panel: RouterPanel,
    settings: Settings,
    open_store: OpenStore,
) -> None:
    """Lays out the tab's content inside `demo`, whose context is open.

    Args:
        demo: The page.
        item: The tab; what there is to learn from is counted anew when it is opened.
        panel: Its routers learn.
        settings: Say who may learn.
        open_store: Gives the store of feedback when it is first needed.
    """
    page = LearnPage(panel, settings, open_store)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 4}
    common = {**quiet, "concurrency_id": QUEUE, "js": WITH_THEME}
    first = page.choices[FIRST_ROUTER]
    two_routes = len(panel.line_up.shipped(first.router).routes) == 2
    bar = gr.HTML(
        render("learn_head.html"),
        js_on_load=script("bench.js"),
        apply_default_css=False,
        elem_id="rp-ln-head",
    )
    with gr.Column(elem_id="rp-ln", elem_classes="rp-ln"):
        scheme = gr.Textbox("light", visible="hidden", elem_id="rp-ln-scheme")
        notice = static_html("", "rp-ln-notice")
        material = static_html("", "rp-ln-material")
        with gr.Row(elem_classes="rp-ln-controls"):
            router = gr.Dropdown(
                [(choice.title, choice.router) for choice in page.choices.values()],
                value=first.router,
                label="Router",
                elem_id="rp-ln-router",
                filterable=False,
            )
            task = gr.Radio(task_choices(first.tasks), value=first.tasks[0], label="Learn", elem_id="rp-ln-task")
            sources = gr.CheckboxGroup(
                [(name, source) for source, name in SOURCE_NAMES.items()],
                value=list(DEFAULT_SOURCES),
                label="Labels to learn from",
                info="Corrections can come from anybody who may open the app.",
                elem_id="rp-ln-sources",
            )
        with gr.Row(elem_classes="rp-ln-controls"):
            aim = gr.Radio(
                AIMS, value="quality", label="Target", info=AIM_NOTE, elem_id="rp-ln-aim", visible=two_routes
            )
            percent = gr.Slider(
                0,
                100,
                value=100 * Target().share,
                step=1,
                label="… % of prompts",
                elem_id="rp-ln-percent",
                visible=two_routes,
            )
            start = gr.Button(LEARN, variant="primary", elem_id="rp-ln-start", interactive=False)
        ready = static_html("", "rp-ln-ready")
        progress = static_html("", "rp-ln-progress")
        with gr.Column(visible=False, elem_id="rp-ln-result", elem_classes="rp-ln") as result:
            version = gr.Dropdown([], label="Version", elem_id="rp-ln-version", filterable=False)
            report = static_html("", "rp-ln-report")
            chart = chart_slot(SLOT, "Before and after learning")
            with gr.Row(elem_classes="rp-ln-controls"):
                activate = gr.Button("Activate", variant="primary", elem_id="rp-ln-activate", interactive=False)
                compare = gr.Button(COMPARE, elem_id="rp-ln-compare", interactive=False)
                back = gr.Button("Roll back", elem_id="rp-ln-back")
                export = gr.Button("Export", elem_id="rp-ln-export")
            exported = gr.File(label="The version as a zip", visible=False, interactive=False, elem_id="rp-ln-file")
            with (
                gr.Accordion("Push to the Hub", open=False, elem_id="rp-ln-hub"),
                gr.Row(elem_classes="rp-ln-controls"),
            ):
                repository = gr.Textbox(label="Repository", placeholder="user/name", elem_id="rp-ln-repository")
                token = gr.Textbox(label="Token with the right to write", type="password", elem_id="rp-ln-token")
                push = gr.Button("Push", elem_id="rp-ln-push")
        history = static_html("", "rp-ln-history")

    view = [result, version, report, *chart.outputs, activate, compare, history]
    everything = [notice, material, ready, start, *view]
    given = [scheme, router, task, sources, version]
    bar.opened(page.opened, given, everything, **common, api_name="learn_opened")
    item.select(page.opened, given, everything, **common, api_name="learn_selected")
    bar.themed(page.shown, [scheme, version], [notice, *view], **common, api_name="learn_themed")
    choosing: tuple[Any, ...] = (router, task, sources)
    for number, control in enumerate(choosing):
        control.input(
            page.chosen,
            [router, task, sources],
            [notice, task, ready, start, aim, percent],
            **quiet,
            api_name=f"learn_chosen_{number}",
        )
    version.input(page.shown, [scheme, version], [notice, *view], **common, api_name="learn_shown")
    start.click(
        page.started,
        [scheme, router, task, aim, percent, sources],
        [notice, progress, *view],
        **{**common, "concurrency_limit": 2, "concurrency_id": "learning_runs"},
        trigger_mode="once",
        api_name="learn_started",
    )
    switches = (
        (activate, page.activated, "activated"),
        (compare, page.compared, "compared"),
        (back, page.rolled_back, "back"),
    )
    for button, callback, name in switches:
        button.click(callback, [scheme, version], [notice, *view], **common, api_name=f"learn_{name}")
    export.click(page.exported, [version], [notice, exported], **quiet, api_name="learn_exported")
    push.click(page.pushed, [version, repository, token], [notice, token], **quiet, api_name="learn_pushed")
