"""The Usage page: what was decided, what it cost and saved, how long it took, and the budget."""

from __future__ import annotations

from typing import Any

import gradio as gr

from feedback.usage import Usage, unrecorded
from pages._bench_charts import chart_slot
from pages._components import page_footer, page_header, static_html
from pages._templates import render
from pages._usage_page import CHARTS, TITLES, UsagePage
from pages._usage_view import ALL, ESTIMATED, FIRST_PERIOD, PAID, PERIODS
from pages.look import script
from router_models import RouterPanel
from settings import Settings

FOOTER = "Days are in UTC. No prompt, answer, key or address is kept with these figures."
QUEUE = "usage"
SCRIPTS = ("figures.js", "bench.js")
CONCURRENCY = 2
AMOUNTS = [("paid, answered here", PAID), ("estimated, not answered", ESTIMATED)]
REDRAWN = (
    "element.addEventListener('change', () => requestAnimationFrame(() => dispatchEvent(new Event('resize'))));"
    "document.querySelector('.rp-head [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });"
)
"""A chart that was hidden takes the width that it has now; on a phone the navigation shows where one is."""

WITH_THEME = "(...given) => [document.documentElement.dataset.theme || 'light', ...given.slice(1)]"
"""Puts light or dark in the place of the first input, as it is in this browser at this moment."""


def add_usage_page(demo: gr.Blocks, panel: RouterPanel, settings: Settings, usage: Usage | None = None) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    page = UsagePage(usage or unrecorded(panel), settings)
    common: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": CONCURRENCY,
        "concurrency_id": QUEUE,
    }
    themed = {**common, "js": WITH_THEME}
    scheme = gr.Textbox("light", visible="hidden", elem_id="rp-us-scheme")
    page_header("/usage")
    bar = gr.HTML(
        render("usage_head.html"),
        js_on_load="\n".join(map(script, SCRIPTS)),
        apply_default_css=False,
        elem_id="rp-us-bar",
    )
    with gr.Column(elem_id="rp-us", elem_classes="rp-main"):
        banner = static_html("", "rp-us-banner")
        notice = static_html("", "rp-us-notice")
        empty = static_html("", "rp-us-empty")
        with gr.Column(visible=False, elem_id="rp-us-figures") as figures:
            with gr.Row(elem_classes="rp-us-filters"):
                periods = [(title, key) for key, title in PERIODS.items()]
                period = _choice(periods, FIRST_PERIOD, "Period", "rp-us-period")
                router = _choice([("All", ALL)], ALL, "Router", "rp-us-router")
                llm = _choice([("All", ALL)], ALL, "LLM", "rp-us-llm")
                place = _choice([("All", ALL)], ALL, "Page or endpoint", "rp-us-place")
                amounts = _choice(AMOUNTS, PAID, "Amounts", "rp-us-amounts")
            tiles = static_html("", "rp-us-tiles")
        static_html(render("bench_section.html", title="Budget", text=""), "rp-us-budget")
        state = static_html("", "rp-us-budget-state")
        with gr.Row(elem_classes="rp-us-buttons"):
            switch = gr.Button("Switch back", visible=False, elem_id="rp-us-switch", scale=0)
        with gr.Accordion("Set or change the budget", open=False, elem_id="rp-us-budget-set"):
            static_html(render("usage_budget_how.html", text=BUDGET), "rp-us-budget-how")
            with gr.Row(elem_classes="rp-us-filters"):
                usd = gr.Number(None, label="USD", elem_id="rp-us-usd")  # its range is said below
                span = _choice([("a day", "day"), ("a month", "month")], "day", "per", "rp-us-span")
                alert = gr.Slider(10, 100, value=80, step=5, label="Say so at, %", elem_id="rp-us-alert")
                raised = gr.Slider(0.5, 1, value=0.8, step=0.05, label="Raise thresholds to", elem_id="rp-us-raised")
            with gr.Row(elem_classes="rp-us-buttons"):
                save = gr.Button("Set budget", variant="primary", elem_id="rp-us-save", scale=0)
                remove = gr.Button("Remove budget", visible=False, elem_id="rp-us-remove", scale=0)
            said = static_html("", "rp-us-budget-said")
        with gr.Column(visible=False, elem_id="rp-us-charts") as more:
            gr.HTML(
                render("usage_pick.html", charts=TITLES),
                js_on_load=REDRAWN,
                apply_default_css=False,
                elem_id="rp-us-pick",
            )
            slots = {}
            for row in (CHARTS[:2], CHARTS[2:4], CHARTS[4:5], CHARTS[5:]):
                with gr.Row(elem_classes="rp-us-pair"):
                    for name in row:
                        with gr.Column(min_width=320, elem_classes=["rp-us-chart", f"is-{name}"]):
                            static_html(render("bench_section.html", title=TITLES[name], text=""), f"rp-us-h-{name}")
                            if name == "drift":
                                drift = static_html("", "rp-us-drift")
                            slots[name] = chart_slot(f"us-{name}", TITLES[name])
            table = static_html("", "rp-us-table")
            export = static_html("", "rp-us-export")
    page_footer(FOOTER)

    chosen = [scheme, period, router, llm, place, amounts]
    charts = [output for name in CHARTS for output in slots[name].outputs]
    shown = [notice, tiles, table, drift, export, figures, more, empty, *charts]
    budget = [banner, state, usd, span, alert, raised, remove, switch, said]
    bar.opened(page.opened, chosen, [router, llm, place, *shown], **themed, api_name="usage_opened")
    bar.opened(page.budget_shown, [], budget, **common, api_name="usage_budget_shown")
    bar.themed(page.shown, chosen, shown, **themed, api_name="usage_themed")
    for number, control in enumerate((period, router, llm, place, amounts)):
        control.input(page.shown, chosen, shown, **themed, api_name=f"usage_shown_{number}")
    save.click(page.budget_saved, [usd, span, alert, raised], budget, **common, api_name="usage_budget_saved")
    remove.click(page.budget_removed, [], budget, **common, api_name="usage_budget_removed")
    switch.click(page.budget_switched, [], budget, **common, api_name="usage_budget_switched")


def _choice(choices: list[tuple[str, str]], value: str, label: str, elem_id: str) -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, label=label, elem_id=elem_id, filterable=False)


BUDGET = (
    "What answers on the pages and by the API may cost, without what callers' own keys pay. Runs of judge LLMs, which "
    "have budgets of their own, and the requests of a router that is an LLM are not counted. When it is used up, "
    "thresholds are raised until the next period, so that fewer prompts go to the dear LLM; each decision then says so."
    " Answers that are under way are not stopped, so a little more may be spent. Cascades with a budget of their own"
    " and fixed choices are not touched."
)
