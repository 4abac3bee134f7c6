"""The Compare page: the picked LLMs answer next to each other, with what each costs; blind votes."""

from __future__ import annotations

from typing import Any

import gradio as gr

from feedback.usage import Usage
from llms.completions import Completions
from pages._compare_callbacks import CompareCallbacks
from pages._compare_paint import PARTS, PLACES
from pages._compare_session import CompareSession
from pages._compare_voting import OpenStore
from pages._components import page_footer, page_header
from pages._feedback_answers import AnswerFeedback
from pages._feedback_panel import add_feedback
from pages.look import script
from router_models import RouterPanel
from settings import Settings

FOOTER = (
    "Answers are the LLMs' own, word by word; an LLM that cannot be asked shows an estimate and nothing else. "
    "Nothing is stored unless you vote or rate; the file of an attachment goes within about an hour."
)
RUNS = 64
"""Comparisons that may stream at the same time, all users together: they wait for providers and compute little."""
FILES = 4
"""Attachments that may be read at the same time, all users together: a PDF or an image keeps a processor busy."""

LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
]
SCRIPTS = ("compare_keys.js", "compare_keep.js", "compare.js")
"""The page's own script: what the last of them uses at once comes first."""

PAINTED = "document.dispatchEvent(new CustomEvent('rp:compare-painted'))"
TELLS = f"watch('value', () => {PAINTED}); {PAINTED};"
"""Script of the parts with controls in them: the page's own script puts their values in place."""


def add_compare_page(
    demo: gr.Blocks,
    panel: RouterPanel,
    settings: Settings,
    completions: Completions,
    open_store: OpenStore,
    usage: Usage | None = None,
) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    callbacks = CompareCallbacks(panel, settings, completions, open_store, usage)
    # Without a time to live it stays while the tab is open, and an hour longer.
    state = gr.State(callbacks.new_session(), delete_callback=CompareSession.close)
    page_header("/compare")
    parts = _layout(callbacks.first_page())
    outputs = [parts[name] for name in PARTS]
    bench = parts["bench"]
    common: dict[str, Any] = {
        "inputs": [state],
        "show_progress": "hidden",
        "api_visibility": "private",
        "trigger_mode": "multiple",
    }
    runs = {**common, "outputs": outputs, "concurrency_limit": RUNS, "concurrency_id": "compare"}
    reads = {**common, "outputs": outputs, "concurrency_limit": FILES, "concurrency_id": "compare_files"}
    at_once = {**common, "outputs": outputs, "queue": False}
    events = [
        bench.opened(callbacks.opened, **{**at_once, "outputs": [*outputs, state]}, api_name="compare_opened"),
        bench.submitted(callbacks.submitted, **runs, api_name="compare_submitted"),
        bench.retried(callbacks.retried, **runs, api_name="compare_retried"),
        bench.adjusted(callbacks.adjusted, **at_once, api_name="compare_adjusted"),
        bench.attached(callbacks.attached, **reads, api_name="compare_attached"),
        bench.keyed(callbacks.keyed, **at_once, api_name="compare_keyed"),
        bench.recalled(callbacks.recalled, **at_once, api_name="compare_recalled"),
        bench.restarted(callbacks.restarted, **at_once, api_name="compare_restarted"),
        bench.voted(callbacks.voted, **at_once, api_name="compare_voted"),
        bench.halted(callbacks.halted, **{**at_once, "outputs": []}, api_name="compare_halted"),
    ]
    for event in events:
        event.failure(
            None,
            js="() => { document.dispatchEvent(new CustomEvent('rp:compare-refused')); return []; }",
            api_visibility="private",
        )
    demo.unload(callbacks.left)
    add_feedback(state, AnswerFeedback(settings, open_store).said, "compare")


def _layout(first: dict[str, Any]) -> dict[str, Any]:
    """The page's components by part, with what they show before anything is known of the visitor."""
    parts: dict[str, Any] = {
        "bench": gr.HTML(
            first["bench"],
            js_on_load="\n".join(map(script, SCRIPTS)),
            apply_default_css=False,
            elem_id="rp-bench",
        ),
        "ticker": _part(first["ticker"], "rp-ticker"),
    }
    with gr.Row(elem_id="rp-columns"):
        for place in PLACES:
            with gr.Column(elem_classes="rp-column", min_width=0):
                parts[f"head{place}"] = _part(first[f"head{place}"], f"rp-head-{place}")
                # What is over is drawn once: a growing answer draws the last turn alone.
                with gr.Column(elem_id=f"rp-chat-{place}", elem_classes="rp-talk", min_width=0), gr.Column(min_width=0):
                    parts[f"past{place}"] = _chat(f"Earlier turns of column {place + 1}")
                    parts[f"chat{place}"] = _chat(f"Last turn of column {place + 1}")
                parts[f"foot{place}"] = _part(first[f"foot{place}"], f"rp-foot-{place}")
    parts["vote"] = _part(first["vote"], "rp-vote")
    page_footer(FOOTER)
    return parts


def _chat(label: str) -> gr.Chatbot:
    return gr.Chatbot(
        elem_classes="rp-chat",
        label=label,
        show_label=False,
        container=False,
        height="auto",
        layout="panel",
        buttons=["copy"],
        autoscroll=False,
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=LATEX,
        feedback_options=None,
        group_consecutive_messages=False,
    )


def _part(html: str, elem_id: str) -> gr.HTML:
    return gr.HTML(html, js_on_load=TELLS, apply_default_css=False, elem_id=elem_id)
