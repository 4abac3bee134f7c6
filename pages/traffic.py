"""The Traffic page: your own prompts, what routing would save on them, and where routers differ."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pages._bench_charts import chart_slot
from pages._components import page_footer, page_header, static_html
from pages._templates import render
from pages._traffic_assumed import assumptions_said
from pages._traffic_bring import TrafficBringing
from pages._traffic_results import TrafficResults
from pages._traffic_session import TrafficSession
from pages.benchmarks import WITH_THEME
from pages.look import ASSETS
from router_models import RouterPanel
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS
from settings import Settings
from traffic.analysis import PROMPTS_PER_MONTH
from traffic.disagreement import AS_BROUGHT, LEAST_ESCALATED, MOST_DIFFERENT, MOST_ESCALATED
from traffic.export import FORMATS
from traffic.groups import MOST
from traffic.intake import LIMITS
from traffic.source import KINDS

FOOTER = "Nothing of your prompts is stored; costs are estimates at list prices."
DELETED = "A file you upload is deleted as soon as it is read."
RUNS = 8
"""Runs at the same time, all users together: in turns they hold one slot of the panel."""

COUNTS = 2
SCRIPTS = ("figures.js", "bench.js")
SESSION_SECONDS = 2 * 3600

ORDERS = [
    ("most disagreement first", MOST_DIFFERENT),
    ("as in the file", AS_BROUGHT),
    ("most routers escalate", MOST_ESCALATED),
    ("fewest routers escalate", LEAST_ESCALATED),
]
COLUMN_LABELS = (
    ("Prompts", "prompt"),
    ("LLM used now", "llm"),
    ("Answer length, tokens", "tokens"),
    ("Weak LLM's quality", "weak"),
    ("Strong LLM's quality", "strong"),
    ("Your row id", "key"),
)


def add_traffic_page(demo: gr.Blocks, panel: RouterPanel, settings: Settings) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    bringing, results = TrafficBringing(panel), TrafficResults(panel, settings.machine_usd_per_hour)
    state = gr.State(TrafficSession(), time_to_live=SESSION_SECONDS, delete_callback=TrafficSession.forget)
    scheme = gr.Textbox("light", visible="hidden", elem_id="rp-tr-scheme")
    page_header("/traffic")
    bar = gr.HTML(
        render("traffic_head.html"),
        js_on_load="\n".join((ASSETS / "js" / name).read_text(encoding="utf-8") for name in SCRIPTS),
        apply_default_css=False,
        elem_id="rp-tr-bar",
    )
    with gr.Column(elem_id="rp-tr", elem_classes="rp-main"):
        static_html(render("bench_section.html", title="Your prompts", text=f"{LIMITS} {DELETED}"), "rp-tr-bring-how")
        with gr.Row(elem_classes="rp-tr-row"):
            file = gr.File(
                label="CSV, JSONL, Parquet or text", file_types=list(KINDS), elem_id="rp-tr-file", height=188
            )
            with gr.Column(min_width=280):
                pasted = gr.Textbox(
                    label="Or paste: a prompt a line, or rows of CSV or JSONL",
                    lines=3,
                    max_lines=3,
                    elem_id="rp-tr-pasted",
                )
                with gr.Row(elem_classes="rp-tr-buttons"):
                    take = gr.Button("Use what I pasted", elem_id="rp-tr-take", scale=0)
                    example = gr.Button("Try with example data", elem_id="rp-tr-example", scale=0)
        notice = static_html("", "rp-tr-notice")
        preview = static_html("", "rp-tr-preview")
        with gr.Column(visible=False, elem_id="rp-tr-setup") as setup:
            with gr.Row(elem_classes="rp-tr-row"):
                columns = [
                    gr.Dropdown([], label=label, elem_id=f"rp-tr-column-{name}", filterable=False, min_width=150)
                    for label, name in COLUMN_LABELS
                ]
            routers = gr.Dropdown(
                list(panel.immediate_ids),
                value=list(panel.immediate_ids),
                label="Routers",
                multiselect=True,
                elem_id="rp-tr-routers",
            )
            with gr.Row(elem_classes="rp-tr-buttons"):
                run = gr.Button("Route my prompts", variant="primary", elem_id="rp-tr-run", scale=0)
                stop = gr.Button("Cancel", interactive=False, elem_id="rp-tr-stop", scale=0)
                forget = gr.Button("Forget my prompts", elem_id="rp-tr-forget", scale=0)
                with_groups = gr.Checkbox(True, label="Find groups of like prompts", elem_id="rp-tr-with-groups")
        progress = static_html("", "rp-tr-progress")
        intake = static_html("", "rp-tr-intake")
        with gr.Column(visible=False, elem_id="rp-tr-results") as found:
            static_html(render("bench_section.html", title="What it would save", text=SAVES), "rp-tr-saves")
            with gr.Row(elem_classes="rp-tr-row"):
                router = gr.Dropdown([], label="Router", elem_id="rp-tr-router", filterable=False, min_width=170)
                month = gr.Number(PROMPTS_PER_MONTH, label="Prompts a month", precision=0, elem_id="rp-tr-month")
                baseline = gr.Dropdown([], label="Held against", elem_id="rp-tr-baseline", min_width=170, scale=2)
                pool = gr.Dropdown(
                    [one.name for one in panel.catalogue.pools],
                    value=panel.catalogue.default_pool.name,
                    label="Pool of LLMs",
                    filterable=False,
                    elem_id="rp-tr-pool",
                    min_width=190,
                    scale=2,
                )
                output = gr.Number(
                    DEFAULT_OUTPUT_TOKENS, label="Answer, tokens", precision=0, elem_id="rp-tr-output", min_width=110
                )
                hidden = gr.Number(
                    DEFAULT_REASONING_TOKENS, label="Hidden tokens", precision=0, elem_id="rp-tr-hidden", min_width=110
                )
            wrong = static_html("", "rp-tr-wrong")
            answer = static_html("", "rp-tr-answer")
            static_html(render("bench_section.html", title="What if?", text=WHAT_IF), "rp-tr-what-if-how")
            with gr.Row(elem_classes="rp-bm-split"):
                with gr.Column(scale=7, min_width=320):
                    curve = chart_slot("tr-what-if", "Share sent to a dearer LLM at every setting")
                with gr.Column(scale=4, min_width=300, elem_classes="rp-bm-side"):
                    setting = gr.Slider(0, 1, value=0.5, step=0.001, label="Threshold", elem_id="rp-tr-setting")
                    point = static_html("", "rp-tr-point")
            static_html(render("bench_section.html", title="Where routers differ", text=DIFFER), "rp-tr-rows-how")
            with gr.Row(elem_classes="rp-tr-row"):
                different = gr.Checkbox(True, label="Different only", elem_id="rp-tr-different", min_width=130)
                search = gr.Textbox(label="Search in the prompts", elem_id="rp-tr-search", max_lines=1)
                order = gr.Dropdown(
                    ORDERS, value=MOST_DIFFERENT, label="Order", filterable=False, elem_id="rp-tr-order"
                )
            rows = static_html("", "rp-tr-rows")
            with gr.Row(elem_classes="rp-tr-buttons"):
                before = gr.Button("Previous", interactive=False, elem_id="rp-tr-before", scale=0)
                after = gr.Button("Next", interactive=False, elem_id="rp-tr-after", scale=0)
            static_html(
                render("bench_section.html", title="What your prompts are about", text=ABOUT), "rp-tr-groups-how"
            )
            k = gr.Slider(0, MOST, value=0, step=1, label="Number of groups (0: chosen for you)", elem_id="rp-tr-k")
            picture = chart_slot("tr-groups", "Groups of like prompts")
            group_table = static_html("", "rp-tr-group-table")
            static_html(
                render("bench_section.html", title="Quality on your prompts", text=LABELLED), "rp-tr-quality-how"
            )
            quality = chart_slot("tr-quality", "Cost and quality on your own prompts")
            static_html(render("bench_section.html", title="Take it along", text=TAKE), "rp-tr-take-how")
            with gr.Row(elem_classes="rp-tr-buttons"):
                form = gr.Radio(list(FORMATS), value="csv", label="Format", elem_id="rp-tr-format")
                save = gr.Button("Prepare the download", elem_id="rp-tr-save", scale=0)
            saved = gr.File(label="Results", visible=False, interactive=False, elem_id="rp-tr-saved")
    page_footer(FOOTER)

    common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    counts = {**common, "concurrency_limit": COUNTS, "concurrency_id": "traffic_counts"}
    at_once = {**common, "queue": False}
    themed = {**counts, "js": WITH_THEME}
    brought = [notice, preview, setup, found, file, *columns]
    assumed = [month, pool, baseline, output, hidden]
    what_if = [setting, *curve.outputs, point]
    table = [rows, before, after]
    shown = [notice, found, baseline, router, answer, *what_if, *table, *picture.outputs, group_table, *quality.outputs]
    listing = [different, search, order]
    looked_at = [scheme, state, router, k, *listing, *assumed]
    wanted = [state, *listing]

    bar.opened(bringing.opened, [state], [state], **at_once, api_name="traffic_opened")
    file.upload(bringing.file_brought, [state, file], brought, **counts, api_name="traffic_file_brought")
    take.click(bringing.text_brought, [state, pasted], brought, **counts, api_name="traffic_text_brought")
    example.click(bringing.example_brought, [state], brought, **counts, api_name="traffic_example_brought")
    forget.click(bringing.forgotten, [state], brought, **at_once, api_name="traffic_forgotten")
    ran = run.click(
        bringing.ran,
        [state, routers, with_groups, *columns],
        [notice, intake, progress, run, stop],
        **common,
        concurrency_limit=RUNS,
        concurrency_id="traffic_runs",
        trigger_mode="once",
        api_name="traffic_ran",
    )
    ran.then(results.arrived, looked_at, shown, **themed, api_name="traffic_arrived")
    stop.click(bringing.stopped, [state], [stop], **at_once, api_name="traffic_stopped")
    for number, control in enumerate((pool, baseline)):
        control.input(results.shown, looked_at, shown, **themed, api_name=f"traffic_shown_{number}")
    for number, field in enumerate((month, output, hidden)):
        field.submit(results.shown, looked_at, shown, **themed, api_name=f"traffic_entered_{number}")
        field.blur(results.left, looked_at, shown, **themed, api_name=f"traffic_assumed_{number}")
        for name, event in (("entered", field.submit), ("assumed", field.blur)):
            event(assumptions_said, assumed, [wrong], **at_once, api_name=f"traffic_{name}_wrongly_{number}")
    bar.themed(results.shown, looked_at, shown, **themed, api_name="traffic_themed")
    router.input(
        results.chosen,
        [scheme, state, router],
        [notice, answer, *what_if, *quality.outputs],
        **themed,
        api_name="traffic_chosen",
    )
    setting.input(
        results.moved,
        [scheme, state, router, setting],
        [notice, curve.plot, point],
        **themed,
        trigger_mode="always_last",
        api_name="traffic_moved",
    )
    listed = [notice, *table]
    different.input(results.filtered, wanted, listed, **counts, api_name="traffic_different")
    order.input(results.filtered, wanted, listed, **counts, api_name="traffic_ordered")
    # Not `input`, which Gradio leaves out for text that comes at once, as by pasting; nothing else writes in there.
    search.change(results.filtered, wanted, listed, **counts, trigger_mode="always_last", api_name="traffic_searched")
    before.click(results.previous_page, wanted, listed, **counts, api_name="traffic_previous")
    after.click(results.next_page, wanted, listed, **counts, api_name="traffic_next")
    k.release(
        results.grouped,
        [scheme, state, k],
        [notice, *picture.outputs, group_table],
        **themed,
        api_name="traffic_grouped",
    )
    save.click(results.exported, [state, form], [notice, saved], **counts, api_name="traffic_exported")
    demo.unload(bringing.left)


SAVES = (
    "Every router at its own operating point; the router you choose leads. Intervals say how far a sample of this size "
    "may be off, if your rows are a random sample of your traffic."
)
WHAT_IF = "Move the setting of the chosen router and see share, cost and saving follow. No router runs again."
DIFFER = (
    "Each prompt with what every router picked. Where routers differ, a look at the prompt often tells which to trust."
)
ABOUT = (
    "Prompts with like meaning, found by k-means on the sentence embeddings that routers share, and named by their "
    "most typical words. The table says how much of each group goes to a dearer LLM."
)
LABELLED = (
    "Where your table says how good both LLMs' answers were, this is the curve that counts: what each router's choices "
    "cost, and what quality they kept, on your own prompts."
)
TAKE = (
    "A row per prompt with every router's pick, score and cost. Cells that a spreadsheet would take for formulas begin "
    "with an apostrophe in CSV. The file is deleted here within two hours."
)
