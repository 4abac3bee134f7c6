"""The form of the Judge tab: which prompts, which LLMs, by what rubric, for how much; and the keys it takes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import gradio as gr

from errors import BadInputError
from feedback.judge_plan import ANSWER_TOKENS, JUDGE_TOKENS, MOST_CONCURRENCY, MOST_JUDGES, MOST_TOKENS, JudgePlan
from feedback.judge_rubric import default_rubric
from llms.providers import providers

QUEUE, LACKING, LABELLED = "queue", "lacking", "labelled"
RUN = "run:"
"""In front of the id of a run that goes on, among what prompts can be chosen."""

SOURCES = (
    ("Prompts that no judge has labelled", LACKING),
    ("All prompts of the queue", QUEUE),
    ("Prompts that people have labelled, to check the judge", LABELLED),
)
TIERS = (("2, general", 2), ("3, reasoning", 3))
COMBINE = (("mean", "mean"), ("median", "median"))
FIRST_PROMPTS, FIRST_BUDGET_USD = 20, 1.0
WANTED = (
    "prompts",
    "limit",
    "weak",
    "reference",
    "tier",
    "judges",
    "budget",
    "rubric",
    "combine",
    "answer_tokens",
    "judge_tokens",
    "concurrency",
    "retry",
)
"""What an estimate and a run are made of."""

Values = Mapping[str, Any]


def lay_out_form() -> dict[str, Any]:
    """Makes the form's components inside the tab, whose context is open; returns them by name."""
    parts: dict[str, Any] = {}
    with gr.Row(elem_classes="rp-jd-row"):
        parts["prompts"] = gr.Dropdown(list(SOURCES), value=LACKING, label="Prompts", filterable=False, scale=3)
        parts["limit"] = gr.Number(FIRST_PROMPTS, label="At most", precision=0, minimum=1, scale=1)
        parts["budget"] = gr.Number(FIRST_BUDGET_USD, label="Budget, USD: the run ends before it costs more", scale=2)
    with gr.Row(elem_classes="rp-jd-row"):
        parts["weak"] = gr.Dropdown([], label="Weak LLM, whose answers are rated", scale=2)
        parts["reference"] = gr.Dropdown([], label="Reference LLM, held to be good", scale=2)
        parts["tier"] = gr.Radio(list(TIERS), value=3, label="Tier of the reference", scale=1)
    parts["judges"] = gr.Dropdown(
        [], label=f"Judges, at most {MOST_JUDGES}", multiselect=True, max_choices=MOST_JUDGES, elem_id="rp-jd-judges"
    )
    with gr.Accordion("Rubric: what the judges are told", open=False, elem_id="rp-jd-rubric"):
        parts["rubric"] = gr.Textbox(
            default_rubric(), lines=12, max_lines=24, show_label=False, label="Rubric", container=False
        )
        parts["default"] = gr.Button("Bring back the default", size="sm", elem_id="rp-jd-default")
    with gr.Accordion("More settings", open=False, elem_id="rp-jd-more"), gr.Row(elem_classes="rp-jd-row"):
        parts["combine"] = gr.Radio(list(COMBINE), value="mean", label="Several judges count by their")
        parts["answer_tokens"] = gr.Number(
            ANSWER_TOKENS, label="Longest answer, tokens", precision=0, minimum=1, maximum=MOST_TOKENS
        )
        parts["judge_tokens"] = gr.Number(
            JUDGE_TOKENS, label="Longest rating, tokens", precision=0, minimum=1, maximum=MOST_TOKENS
        )
        parts["concurrency"] = gr.Slider(1, MOST_CONCURRENCY, value=4, step=1, label="Requests at a time")
        parts["retry"] = gr.Checkbox(False, label="Ask again where an LLM gave no usable answer before")
    with gr.Accordion("Keys and an endpoint of your own", open=False, elem_id="rp-jd-keys"):
        parts |= _lay_out_keys()
    return parts


def _lay_out_keys() -> dict[str, Any]:
    served = [(provider.title, name) for name, provider in providers().items() if provider.key is not None]
    parts: dict[str, Any] = {}
    with gr.Row(elem_classes="rp-jd-row"):
        parts["provider"] = gr.Dropdown(served, value=served[0][1], label="Provider", filterable=False)
        parts["key"] = gr.Textbox(label="Key, for this tab only", type="password", elem_id="rp-jd-key")
        parts["use_key"] = gr.Button("Use this key", elem_id="rp-jd-use-key")
    with gr.Row(elem_classes="rp-jd-row"):
        parts["url"] = gr.Textbox(label="Base URL up to /v1", placeholder="https://llm.example.org/v1")
        parts["model"] = gr.Textbox(label="The server's name for the LLM")
        parts["own_key"] = gr.Textbox(label="Its key, if it wants one", type="password")
        parts["own_input"] = gr.Textbox(label="USD per million tokens in", placeholder="unknown")
        parts["own_output"] = gr.Textbox(label="and out", placeholder="unknown")
        parts["add_own"] = gr.Button("Add the endpoint", elem_id="rp-jd-add-own")
    return parts


def read_plan(values: Values) -> JudgePlan:
    """The settings that the form says.

    Raises:
        BadInputError: A field is empty or no number.
    """
    for name, what in (("weak", "weak LLM"), ("reference", "reference LLM"), ("judges", "judge")):
        if not values[name]:
            raise BadInputError(f"No {what} is chosen.", "Choose one; LLMs with ✕ need a key first.")
    return JudgePlan(
        weak=str(values["weak"]),
        reference=str(values["reference"]),
        judges=tuple(str(judge) for judge in values["judges"]),
        rubric=str(values["rubric"] or ""),
        reference_tier=_whole(values["tier"], "tier of the reference"),
        combine="median" if values["combine"] == "median" else "mean",
        answer_tokens=_whole(values["answer_tokens"], "longest answer"),
        judge_tokens=_whole(values["judge_tokens"], "longest rating"),
        budget_usd=_usd(values["budget"]),
        concurrency=_whole(values["concurrency"], "number of requests at a time"),
        retry_failed=values["retry"] is True,
    )


def read_limit(values: Values) -> int:
    """How many prompts are wanted; raises BadInputError where that is no number from 1 on."""
    limit = _whole(values["limit"], "number of prompts")
    if limit < 1:
        raise BadInputError("The number of prompts is less than 1.", "Write how many to judge at most.")
    return limit


def _whole(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise BadInputError(f"The {what} is no whole number.", "Fill it in.")
    return int(value)


def _usd(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise BadInputError("The budget is no amount of money.", "Write USD, such as 0.50.") from None
