"""The Traffic page: your own prompts, what routing would save on them, and where routers differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pages._bench_charts import ChartSlot
from pages._components import page_footer, page_header
from pages._templates import render
from pages._traffic_assumed import assumptions_said
from pages._traffic_bring import TrafficBringing
from pages._traffic_layout import (
    Bringing,
    Download,
    Groups,
    Prompts,
    Saving,
    Setup,
    WhatIf,
    bringing_part,
    download_part,
    groups_part,
    prompts_part,
    quality_part,
    saving_part,
    setup_part,
    what_if_part,
)
from pages._traffic_results import TrafficResults
from pages._traffic_session import TrafficSession
from pages.benchmarks import WITH_THEME
from pages.look import script
from router_models import RouterPanel
from settings import Settings

FOOTER = "Nothing of your prompts is stored; costs are estimates at list prices."
RUNS = 8
"""Runs at the same time, all users together: in turns they hold one slot of the panel."""

COUNTS = 2
SCRIPTS = ("figures.js", "bench.js")
SESSION_SECONDS = 2 * 3600

COMMON: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
COUNTED: dict[str, Any] = {**COMMON, "concurrency_limit": COUNTS, "concurrency_id": "traffic_counts"}
AT_ONCE: dict[str, Any] = {**COMMON, "queue": False}
THEMED: dict[str, Any] = {**COUNTED, "js": WITH_THEME}


@dataclass(frozen=True)
class _Page:
    """All components of the page."""

    state: gr.State
    scheme: gr.Textbox
    bar: Any  # an HTML with events that its script sends
    bringing: Bringing
    setup: Setup
    results: gr.Column
    saving: Saving
    what_if: WhatIf
    prompts: Prompts
    groups: Groups
    quality: ChartSlot
    download: Download

    @property
    def brought(self) -> list[Any]:
        """What changes when prompts are brought or forgotten."""
        top = self.bringing
        return [top.notice, top.preview, self.setup.part, self.results, top.file, *self.setup.columns]

    @property
    def looked_at(self) -> list[Any]:
        """What all results depend on."""
        chosen = [self.saving.router, self.groups.k, *self.prompts.listing]
        return [self.scheme, self.state, *chosen, *self.saving.assumed]

    @property
    def shown(self) -> list[Any]:
        """All results."""
        head = [self.bringing.notice, self.results, self.saving.baseline, self.saving.router, self.saving.answer]
        tail = [*self.prompts.outputs, *self.groups.outputs, *self.quality.outputs]
        return [*head, *self.what_if.outputs, *tail]


def add_traffic_page(demo: gr.Blocks, panel: RouterPanel, settings: Settings) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    page = _lay_out(panel)
    bringing, results = TrafficBringing(panel), TrafficResults(panel, settings.machine_usd_per_hour)
    _bring(page, bringing, results)
    _assume(page, results)
    _look(page, results)
    demo.unload(bringing.left)


def _lay_out(panel: RouterPanel) -> _Page:
    state = gr.State(TrafficSession(), time_to_live=SESSION_SECONDS, delete_callback=TrafficSession.forget)
    scheme = gr.Textbox("light", visible="hidden", elem_id="rp-tr-scheme")
    page_header("/traffic")
    bar = gr.HTML(
        render("traffic_head.html"),
        js_on_load="\n".join(map(script, SCRIPTS)),
        apply_default_css=False,
        elem_id="rp-tr-bar",
    )
    with gr.Column(elem_id="rp-tr", elem_classes="rp-main"):
        bringing, setup = bringing_part(), setup_part(panel)
        with gr.Column(visible=False, elem_id="rp-tr-results") as results:
            saving, what_if, prompts, groups = saving_part(panel), what_if_part(), prompts_part(), groups_part()
            quality, download = quality_part(), download_part()
    page_footer(FOOTER)
    return _Page(state, scheme, bar, bringing, setup, results, saving, what_if, prompts, groups, quality, download)


def _bring(page: _Page, bringing: TrafficBringing, results: TrafficResults) -> None:
    """Prompts come and go, and routers run over them."""
    state, top, setup, brought = page.state, page.bringing, page.setup, page.brought
    page.bar.opened(bringing.opened, [state], [state], **AT_ONCE, api_name="traffic_opened")
    top.file.upload(bringing.file_brought, [state, top.file], brought, **COUNTED, api_name="traffic_file_brought")
    top.take.click(bringing.text_brought, [state, top.pasted], brought, **COUNTED, api_name="traffic_text_brought")
    top.example.click(bringing.example_brought, [state], brought, **COUNTED, api_name="traffic_example_brought")
    setup.forget.click(bringing.forgotten, [state], brought, **AT_ONCE, api_name="traffic_forgotten")
    ran = setup.run.click(
        bringing.ran,
        [state, setup.routers, setup.with_groups, *setup.columns],
        [top.notice, setup.intake, setup.progress, setup.run, setup.stop],
        **COMMON,
        concurrency_limit=RUNS,
        concurrency_id="traffic_runs",
        trigger_mode="once",
        api_name="traffic_ran",
    )
    ran.then(results.arrived, page.looked_at, page.shown, **THEMED, api_name="traffic_arrived")
    setup.stop.click(bringing.stopped, [state], [setup.stop], **AT_ONCE, api_name="traffic_stopped")


def _assume(page: _Page, results: TrafficResults) -> None:
    """What amounts depend on is changed: everything is counted again."""
    saving, looked_at, shown = page.saving, page.looked_at, page.shown
    page.bar.themed(results.shown, looked_at, shown, **THEMED, api_name="traffic_themed")
    for number, control in enumerate((saving.pool, saving.baseline)):
        control.input(results.shown, looked_at, shown, **THEMED, api_name=f"traffic_shown_{number}")
    for number, field in enumerate((saving.month, saving.output, saving.hidden)):
        field.submit(results.shown, looked_at, shown, **THEMED, api_name=f"traffic_entered_{number}")
        field.blur(results.left, looked_at, shown, **THEMED, api_name=f"traffic_assumed_{number}")
        for name, event in (("entered", field.submit), ("assumed", field.blur)):
            said = f"traffic_{name}_wrongly_{number}"
            event(assumptions_said, saving.assumed, [saving.wrong], **AT_ONCE, api_name=said)


def _look(page: _Page, results: TrafficResults) -> None:
    """One part of the results is looked at in another way."""
    state, scheme, notice, router = page.state, page.scheme, page.bringing.notice, page.saving.router
    what_if, prompts, groups, download = page.what_if, page.prompts, page.groups, page.download
    chosen = [notice, page.saving.answer, *what_if.outputs, *page.quality.outputs]
    router.input(results.chosen, [scheme, state, router], chosen, **THEMED, api_name="traffic_chosen")
    what_if.setting.input(
        results.moved,
        [scheme, state, router, what_if.setting],
        [notice, what_if.curve.plot, what_if.point],
        **THEMED,
        trigger_mode="always_last",
        api_name="traffic_moved",
    )
    wanted, listed = [state, *prompts.listing], [notice, *prompts.outputs]
    prompts.different.input(results.filtered, wanted, listed, **COUNTED, api_name="traffic_different")
    prompts.order.input(results.filtered, wanted, listed, **COUNTED, api_name="traffic_ordered")
    # Not `input`, which Gradio leaves out for text that comes at once, as by pasting; nothing else writes in there.
    searched: dict[str, Any] = {"trigger_mode": "always_last", "api_name": "traffic_searched"}
    prompts.search.change(results.filtered, wanted, listed, **COUNTED, **searched)
    prompts.before.click(results.previous_page, wanted, listed, **COUNTED, api_name="traffic_previous")
    prompts.after.click(results.next_page, wanted, listed, **COUNTED, api_name="traffic_next")
    outputs = [notice, *groups.outputs]
    groups.k.release(results.grouped, [scheme, state, groups.k], outputs, **THEMED, api_name="traffic_grouped")
    download.save.click(
        results.exported, [state, download.form], [notice, download.saved], **COUNTED, api_name="traffic_exported"
    )
