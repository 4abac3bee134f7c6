"""The Judge tab of the Label page: LLMs rate the answers of a weak LLM, and the ratings become labels."""

from __future__ import annotations

from typing import Any

import gradio as gr

from llms.completions import Completions
from pages._compare_voting import OpenStore
from pages._components import static_html
from pages._judge_callbacks import JudgeCallbacks
from pages._judge_desk import JudgeDesk
from pages._judge_filling import JudgeFilling
from pages._judge_form import WANTED, lay_out_form
from pages._judge_session import JudgeSession
from pages._judge_view import EVERY, FILTERS
from pages._templates import render
from router_models import RouterPanel
from settings import Settings

RUNS = 16
"""Runs that may be at work at the same time, all users together: they wait for providers and compute little."""
COUNTS = 2
"""Estimates and results at the same time: they count tokens and resample."""

OPENS = "trigger('opened', {}); document.dispatchEvent(new CustomEvent('rp:judge-shown'));"
"""Script of the head: the form is filled when the tab is first looked at."""


def add_judge_tab(
    demo: gr.Blocks, panel: RouterPanel, settings: Settings, completions: Completions, open_store: OpenStore
) -> None:
    """Lays out the tab's content inside a tab of `demo`, whose context is open."""
    desk = JudgeDesk(completions, panel.catalogue, open_store)
    filling = JudgeFilling(desk, panel.catalogue.default_pool)
    callbacks = JudgeCallbacks(desk, filling, settings)
    state = gr.State(JudgeSession(), delete_callback=JudgeSession.close)
    with gr.Column(elem_id="rp-jd"):
        head = gr.HTML(render("judge_head.html"), js_on_load=OPENS, apply_default_css=False, elem_id="rp-jd-head")
        form = lay_out_form()
        key_notice = static_html("", "rp-jd-key-notice")
        with gr.Row(elem_id="rp-jd-actions"):
            estimate = gr.Button("Estimate the cost", variant="primary", elem_id="rp-jd-estimate-button")
            start = gr.Button("Start", interactive=False, elem_id="rp-jd-start")
            stop = gr.Button("Stop", interactive=False, elem_id="rp-jd-stop")
        notice = static_html("", "rp-jd-notice")
        estimated = static_html("", "rp-jd-estimate")
        progress = static_html("", "rp-jd-progress")
        with gr.Column(visible=False, elem_id="rp-jd-past") as past:
            with gr.Row(elem_classes="rp-jd-row"):
                runs = gr.Dropdown([], label="Results of", elem_id="rp-jd-runs", filterable=False, scale=3)
                listed = gr.Dropdown(list(FILTERS), value=EVERY, label="List", filterable=False, elem_id="rp-jd-listed")
            results = static_html("", "rp-jd-results")
            with gr.Row(elem_id="rp-jd-after"):
                save = gr.Button("Save the ratings as labels", interactive=False, elem_id="rp-jd-save")
                export = gr.Button("Export as training data", interactive=False, elem_id="rp-jd-export")
            exported = gr.File(label="Training data", visible=False, interactive=False, elem_id="rp-jd-file")
            saved = static_html("", "rp-jd-saved")

    common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    counts = {**common, "concurrency_limit": COUNTS, "concurrency_id": "judge_counts"}
    at_once = {**common, "queue": False}
    llms = [form["weak"], form["reference"], form["judges"]]
    keys = [state, form["provider"], form["key"], *llms]
    own = [state, *(form[name] for name in ("url", "model", "own_key", "own_input", "own_output")), *llms]
    outcome = [notice, results, save, export, exported]
    wanted = [form[name] for name in WANTED]

    opened = head.opened(
        callbacks.opened,
        [state],
        [state, notice, *llms, form["prompts"], runs, past],
        **counts,
        api_name="judge_opened",
    )
    opened.then(callbacks.shown, [state, runs, listed], outcome, **counts, api_name="judge_shown_first")
    form["use_key"].click(filling.keyed, keys, [form["key"], key_notice, *llms], **at_once, api_name="judge_keyed")
    form["add_own"].click(filling.added, own, [form["own_key"], key_notice, *llms], **at_once, api_name="judge_added")
    form["default"].click(filling.default_rubric, [], [form["rubric"]], **at_once, api_name="judge_default_rubric")
    estimate.click(
        callbacks.estimated, [state, *wanted], [notice, estimated, start], **counts, api_name="judge_estimated"
    )
    ran = start.click(
        callbacks.started,
        [state, *wanted],
        [notice, estimated, start, stop, progress],
        **common,
        concurrency_limit=RUNS,
        concurrency_id="judge_runs",
        api_name="judge_started",
    )
    ran.then(callbacks.listed, [state], [notice, form["prompts"], runs, past], **counts, api_name="judge_listed").then(
        callbacks.shown, [state, runs, listed], outcome, **counts, api_name="judge_shown"
    )
    stop.click(callbacks.stopped, [state], [stop], **at_once, api_name="judge_stopped")
    runs.input(callbacks.shown, [state, runs, listed], outcome, **counts, api_name="judge_chosen")
    listed.input(callbacks.shown, [state, runs, listed], outcome, **counts, api_name="judge_filtered")
    save.click(callbacks.saved, [runs], [saved], **counts, api_name="judge_saved")
    export.click(callbacks.exported, [runs], [notice, exported], **counts, api_name="judge_exported")
    demo.unload(callbacks.left)
