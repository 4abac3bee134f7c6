"""The parts of the Traffic page from top to bottom, laid out; what happens in them is wired in `pages.traffic`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pages._bench_charts import ChartSlot, chart_slot
from pages._components import static_html
from pages._templates import render
from router_models import RouterPanel
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS
from traffic.analysis import PROMPTS_PER_MONTH
from traffic.disagreement import AS_BROUGHT, LEAST_ESCALATED, MOST_DIFFERENT, MOST_ESCALATED
from traffic.export import FORMATS
from traffic.groups import MOST
from traffic.intake import LIMITS
from traffic.source import KINDS

DELETED = "A file you upload is deleted as soon as it is read."
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


@dataclass(frozen=True)
class Bringing:
    """Where prompts are brought, and where it is said what is wrong with them."""

    file: gr.File
    pasted: gr.Textbox
    take: gr.Button
    example: gr.Button
    notice: gr.HTML
    preview: gr.HTML


@dataclass(frozen=True)
class Setup:
    """What each column means, which routers run, and how far they are."""

    part: gr.Column
    columns: Sequence[gr.Dropdown]
    routers: gr.Dropdown
    run: gr.Button
    stop: gr.Button
    forget: gr.Button
    with_groups: gr.Checkbox
    progress: gr.HTML
    intake: gr.HTML


@dataclass(frozen=True)
class Saving:
    """The answer, and what it assumes."""

    router: gr.Dropdown
    month: gr.Number
    baseline: gr.Dropdown
    pool: gr.Dropdown
    output: gr.Number
    hidden: gr.Number
    wrong: gr.HTML
    answer: gr.HTML

    @property
    def assumed(self) -> list[Any]:
        """The fields that an amount depends on."""
        return [self.month, self.pool, self.baseline, self.output, self.hidden]


@dataclass(frozen=True)
class WhatIf:
    """One router at another setting."""

    curve: ChartSlot
    setting: gr.Slider
    point: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What changes with the router."""
        return [self.setting, *self.curve.outputs, self.point]


@dataclass(frozen=True)
class Prompts:
    """The table of prompts, a page at a time."""

    different: gr.Checkbox
    search: gr.Textbox
    order: gr.Dropdown
    rows: gr.HTML
    before: gr.Button
    after: gr.Button

    @property
    def listing(self) -> list[Any]:
        """What is listed, and in which order."""
        return [self.different, self.search, self.order]

    @property
    def outputs(self) -> list[Any]:
        """The page of rows, and whether there are others."""
        return [self.rows, self.before, self.after]


@dataclass(frozen=True)
class Groups:
    """Groups of like prompts."""

    k: gr.Slider
    picture: ChartSlot
    table: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What changes with the number of groups."""
        return [*self.picture.outputs, self.table]


@dataclass(frozen=True)
class Download:
    """The results as a file."""

    form: gr.Radio
    save: gr.Button
    saved: gr.File


def bringing_part() -> Bringing:
    """A file, pasted text, or the example."""
    _section("Your prompts", f"{LIMITS} {DELETED}", "rp-tr-bring-how")
    with gr.Row(elem_classes="rp-tr-row"):
        file = gr.File(label="CSV, JSONL, Parquet or text", file_types=list(KINDS), elem_id="rp-tr-file", height=188)
        with gr.Column(min_width=280):
            label = "Or paste: a prompt a line, or with blank lines between; or rows of CSV or JSONL"
            pasted = gr.Textbox(label=label, lines=3, max_lines=3, elem_id="rp-tr-pasted")
            with gr.Row(elem_classes="rp-tr-buttons"):
                take = gr.Button("Use what I pasted", elem_id="rp-tr-take", scale=0)
                example = gr.Button("Try with example data", elem_id="rp-tr-example", scale=0)
    return Bringing(file, pasted, take, example, static_html("", "rp-tr-notice"), static_html("", "rp-tr-preview"))


def setup_part(panel: RouterPanel) -> Setup:
    """Hidden until there are prompts."""
    with gr.Column(visible=False, elem_id="rp-tr-setup") as part:
        with gr.Row(elem_classes="rp-tr-row"):
            columns = [
                gr.Dropdown([], label=label, elem_id=f"rp-tr-column-{name}", filterable=False, min_width=150)
                for label, name in COLUMN_LABELS
            ]
        ids = list(panel.immediate_ids)
        routers = gr.Dropdown(ids, value=ids, label="Routers", multiselect=True, elem_id="rp-tr-routers")
        with gr.Row(elem_classes="rp-tr-buttons"):
            run = gr.Button("Route my prompts", variant="primary", elem_id="rp-tr-run", scale=0)
            stop = gr.Button("Cancel", interactive=False, elem_id="rp-tr-stop", scale=0)
            forget = gr.Button("Forget my prompts", elem_id="rp-tr-forget", scale=0)
            grouped = gr.Checkbox(True, label="Find groups of like prompts", elem_id="rp-tr-with-groups")
    progress, intake = static_html("", "rp-tr-progress"), static_html("", "rp-tr-intake")
    return Setup(part, columns, routers, run, stop, forget, grouped, progress, intake)


def saving_part(panel: RouterPanel) -> Saving:
    """The headline figure."""
    _section("What it would save", SAVES, "rp-tr-saves")
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
        output = _tokens(DEFAULT_OUTPUT_TOKENS, "Answer, tokens", "rp-tr-output")
        hidden = _tokens(DEFAULT_REASONING_TOKENS, "Hidden tokens", "rp-tr-hidden")
    wrong, answer = static_html("", "rp-tr-wrong"), static_html("", "rp-tr-answer")
    return Saving(router, month, baseline, pool, output, hidden, wrong, answer)


def what_if_part() -> WhatIf:
    """A curve, and the slider that moves along it."""
    _section("What if?", WHAT_IF, "rp-tr-what-if-how")
    with gr.Row(elem_classes="rp-bm-split"):
        with gr.Column(scale=7, min_width=320):
            curve = chart_slot("tr-what-if", "Share sent to a dearer LLM at every setting")
        with gr.Column(scale=4, min_width=300, elem_classes="rp-bm-side"):
            setting = gr.Slider(0, 1, value=0.5, step=0.001, label="Threshold", elem_id="rp-tr-setting")
            point = static_html("", "rp-tr-point")
    return WhatIf(curve, setting, point)


def prompts_part() -> Prompts:
    """What every router picked for each prompt."""
    _section("Where routers differ", DIFFER, "rp-tr-rows-how")
    with gr.Row(elem_classes="rp-tr-row"):
        different = gr.Checkbox(True, label="Different only", elem_id="rp-tr-different", min_width=130)
        search = gr.Textbox(label="Search in the prompts", elem_id="rp-tr-search", max_lines=1)
        order = gr.Dropdown(ORDERS, value=MOST_DIFFERENT, label="Order", filterable=False, elem_id="rp-tr-order")
    rows = static_html("", "rp-tr-rows")
    with gr.Row(elem_classes="rp-tr-buttons"):
        before = gr.Button("Previous", interactive=False, elem_id="rp-tr-before", scale=0)
        after = gr.Button("Next", interactive=False, elem_id="rp-tr-after", scale=0)
    return Prompts(different, search, order, rows, before, after)


def groups_part() -> Groups:
    """What the prompts are about."""
    _section("What your prompts are about", ABOUT, "rp-tr-groups-how")
    k = gr.Slider(0, MOST, value=0, step=1, label="Number of groups (0: chosen for you)", elem_id="rp-tr-k")
    return Groups(k, chart_slot("tr-groups", "Groups of like prompts"), static_html("", "rp-tr-group-table"))


def quality_part() -> ChartSlot:
    """Curves on the user's own outcomes."""
    _section("Quality on your prompts", LABELLED, "rp-tr-quality-how")
    return chart_slot("tr-quality", "Cost and quality on your own prompts")


def download_part() -> Download:
    """What can be taken along."""
    _section("Take it along", TAKE, "rp-tr-take-how")
    with gr.Row(elem_classes="rp-tr-buttons"):
        form = gr.Radio(list(FORMATS), value="csv", label="Format", elem_id="rp-tr-format")
        save = gr.Button("Prepare the download", elem_id="rp-tr-save", scale=0)
    saved = gr.File(label="Results", visible=False, interactive=False, elem_id="rp-tr-saved")
    return Download(form, save, saved)


def _section(title: str, text: str, elem_id: str) -> None:
    static_html(render("bench_section.html", title=title, text=text), elem_id)


def _tokens(value: int, label: str, elem_id: str) -> gr.Number:
    return gr.Number(value, label=label, precision=0, elem_id=elem_id, min_width=110)
