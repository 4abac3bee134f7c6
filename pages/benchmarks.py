"""The Benchmarks page: which router, at what threshold, saves how much on which prompts, and how sure that is."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from benchmarks.dashboard.plain_answer import KEEP
from benchmarks.tables.answers import answers
from pages._bench_charts import chart_slot
from pages._bench_first import NO_POSTER, PATH, PLOT_AT_LAST, FirstChart, FirstView, FirstWords
from pages._bench_link import keeps
from pages._bench_own import Upload, own_html, upload_field
from pages._bench_page import BenchmarksPage
from pages._bench_tabs import add_tabs
from pages._components import page_footer, page_header, static_html
from pages._templates import render
from pages._view import has_threshold
from pages.look import script
from router_models import RouterPanel
from settings import Settings

FOOTER = "Measured on public benchmarks; no prompt or answer of them is in this app, only numbers."
KEEP_LABEL = "How much of the dear LLM's advantage to keep, %"
QUEUE = "benchmarks"
SCRIPTS = ("figures.js", "bench.js")
CONCURRENCY = 4
SESSION_SECONDS = 4 * 3600

WITH_THEME = "(...given) => [document.documentElement.dataset.theme || 'light', ...given.slice(1)]"
"""Puts light or dark in the place of the first input, as it is in this browser at this moment."""


WITH_LINK = (
    "(...given) => [document.documentElement.dataset.theme || 'light', location.search.slice(1), ...given.slice(2)]"
)
"""The same, and what stands in the address in the place of the second."""


def prepare_benchmarks(panel: RouterPanel, settings: Settings) -> None:
    """Reads and draws what the page shows first, so that its first visitor need not wait for it."""
    view = FirstView.of(panel)
    if view is not None:
        view.prepare()
    answers(_page(panel, settings).source(None).results)  # the open tab's


def _page(panel: RouterPanel, settings: Settings) -> BenchmarksPage:
    served = frozenset(name for name in panel.ids if has_threshold(panel[name].card))
    return BenchmarksPage(served, float(settings.machine_usd_per_hour))


def add_benchmarks_page(demo: gr.Blocks, panel: RouterPanel, settings: Settings) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    page = _page(panel, settings)
    common: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": CONCURRENCY,
        "concurrency_id": QUEUE,
        "js": WITH_THEME,
    }
    own = gr.State(None, time_to_live=SESSION_SECONDS)
    scheme = gr.Textbox("light", visible="hidden", elem_id="rp-bm-scheme")
    header = page_header(PATH)
    bar = gr.HTML(
        render("bench_head.html"),
        js_on_load="\n".join(map(script, SCRIPTS)),
        apply_default_css=False,
        elem_id="rp-bm-bar",
    )
    with gr.Column(elem_id="rp-bm", elem_classes="rp-main"):
        problems = static_html("", "rp-bm-problems")
        notice = static_html("", "rp-bm-notice")
        with gr.Row(elem_classes="rp-bm-controls"):
            benchmark = gr.Dropdown([], label="Kind of prompts", elem_id="rp-bm-benchmark", filterable=False, scale=2)
            keep = gr.Slider(50, 100, value=80, step=5, label=KEEP_LABEL, elem_id="rp-bm-keep", scale=2)
        answer = static_html("", "rp-bm-answer")
        move = static_html(render("bench_section.html", title="Move the setting", text=MOVE), "rp-bm-move")
        with gr.Row(elem_classes="rp-bm-split"):
            with gr.Column(scale=7, min_width=320):
                poster = static_html("", "rp-bm-poster")
                curves = chart_slot("curves", "Cost and quality of every chosen router")
            with gr.Column(scale=4, min_width=300, elem_classes="rp-bm-side"):
                router = gr.Dropdown([], label="Router", elem_id="rp-bm-router", filterable=False)
                percent = gr.Slider(0, 100, value=50, step=1, label="Sent to the strong LLM, %", elem_id="rp-bm-share")
                point = static_html("", "rp-bm-point")
        with gr.Row(elem_classes="rp-bm-controls"):
            axis = gr.Dropdown([], label="Cost counted in", elem_id="rp-bm-axis", filterable=False, scale=3)
            baseline = gr.Dropdown([], label="Held against", elem_id="rp-bm-baseline", filterable=False, scale=2)
            routers = gr.Dropdown([], label="Curves", multiselect=True, elem_id="rp-bm-routers", scale=5)
            banded = gr.Checkbox(False, label="A band for every curve", elem_id="rp-bm-banded")
        tabs = add_tabs(page)
        static_html(own_html(), "rp-bm-own-how")
        upload, uploaded = upload_field(), static_html("", "rp-bm-own-said")
    page_footer(FOOTER)

    link = gr.Textbox("", visible="hidden", elem_id="rp-bm-link")
    start = [scheme, own, benchmark, keep]
    chosen = [scheme, own, benchmark, axis, routers, banded, router, percent, baseline]
    head = [notice, benchmark, answer, axis, routers, router, percent, baseline, *curves.outputs, point]
    quiet = {name: value for name, value in common.items() if name != "js"}
    arriving = [*head, keep, banded, tabs.frame, tabs.opened]
    opened = bar.opened(
        page.arrived, [scheme, link, own], arriving, **quiet, js=WITH_LINK, api_name="benchmarks_opened"
    )
    waiting = gr.Textbox("", visible="hidden", elem_id="rp-bm-waiting")
    bar.ready(None, [waiting], [curves.plot], js=PLOT_AT_LAST, show_progress="hidden", api_visibility="private")
    ready = bar.ready(page.problems, [own], [problems], **quiet, api_name="benchmarks_ready")
    tabs.wire([scheme, own, benchmark], common)
    tabs.follow(opened, "first")
    tabs.follow(ready, "ready")
    opened.then(page.problems, [own], [problems], **quiet, api_name="benchmarks_problems")
    usual = partial(page.opened, own=None, benchmark=None, keep=100 * KEEP)
    words = FirstWords(header, bar, (benchmark, keep), answer, move)
    FirstView(demo, head, usual, words, FirstChart(curves.plot, waiting, poster)).remember(panel)
    chose = benchmark.input(page.opened, start, head, **common, api_name="benchmarks_chosen")
    tabs.follow(chose, "chosen")
    keep.input(page.opened, start, head, **common, trigger_mode="always_last", api_name="benchmarks_kept")
    took = upload.upload(
        Upload(page), [scheme, upload, own, keep], [own, uploaded, *head], **common, api_name="benchmarks_uploaded"
    )
    tabs.follow(took, "uploaded")
    drawn = [notice, *curves.outputs, point]
    controls: tuple[Any, ...] = (axis, routers, banded, router, baseline)
    for number, control in enumerate(controls):
        control.input(page.adjusted, chosen, drawn, **common, api_name=f"benchmarks_adjusted_{number}")
    themed = bar.themed(page.adjusted, chosen, drawn, **common, api_name="benchmarks_themed")
    tabs.follow(themed, "themed")
    moved = [notice, curves.plot, point]
    fields: dict[str, Any] = {
        "axis": axis,
        "curves": routers,
        "bands": banded,
        "router": router,
        "share": percent,
        "against": baseline,
    }
    for field, control in fields.items():
        control.input(inputs=[control], outputs=None, **keeps(field))
    benchmark.input(inputs=[benchmark], outputs=None, **keeps("benchmark", resets=True))
    keep.input(inputs=[keep], outputs=None, **keeps("keep", resets=True))
    asking = (benchmark.input, keep.input, upload.upload, percent.input, *(control.input for control in controls))
    for event in (bar.opened, bar.themed, *asking):
        event(None, None, [poster], js=NO_POSTER, show_progress="hidden", api_visibility="private")
    percent.input(page.moved, chosen, moved, **common, trigger_mode="always_last", api_name="benchmarks_moved")


MOVE = (
    "Every router gives a prompt a score; prompts above its threshold go to the strong LLM. "
    "Move the slider to see what another threshold would cost, and what it would be worth."
)
