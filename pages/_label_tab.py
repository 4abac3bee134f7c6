"""The tab in which prompts are labelled, and its wires to the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from feedback.identity import NOBODY
from feedback.visitor import Visitor
from pages._defects import as_shown
from pages._label_desk import Answer, LabelDesk, Sent
from pages._label_words import CONSENT, OTHER_CHOICES, RATING, RATINGS, TIER_CHOICES
from pages._tab_ids import NoTabError, TabIds
from pages._templates import render
from pages._visitor import visitor_of
from pages.look import script
from settings import Settings

Handle = Callable[[Visitor, Sent], Answer]

HAND_OVER = "(tab) => dispatchEvent(new CustomEvent('rp-label-tab', { detail: tab }))"
"""Gives the tab's id to the script."""


def label_field(desk: LabelDesk, settings: Settings) -> gr.HTML:
    """Lays out the tab's content; its script asks the desk by server functions, without a queue.

    Args:
        desk: Answers.
        settings: Say who may label.
    """
    names: dict[str, Handle] = {
        "label_opened": desk.opened,
        "label_given": desk.given,
        "label_undone": desk.undone,
        "label_panel": desk.panel,
        "label_examples": desk.examples,
        "label_too": desk.too,
    }
    tabs = TabIds()
    field = gr.HTML(
        render(
            "label.html",
            tiers=TIER_CHOICES,
            others=OTHER_CHOICES,
            rating_legend=RATING,
            ratings=RATINGS,
            consent=CONSENT,
        ),
        js_on_load=script("label.js"),
        apply_default_css=False,
        elem_id="rp-label",
        server_functions=[_server_function(name, handle, settings, tabs) for name, handle in names.items()],
    )
    tab = gr.Textbox(visible="hidden", elem_id="rp-label-tab")
    field.introduced(
        tabs.give, None, tab, show_progress="hidden", api_visibility="private", api_name="label_introduced"
    ).then(None, tab, None, js=HAND_OVER)
    return field


def _server_function(name: str, handle: Handle, settings: Settings, tabs: TabIds) -> Callable[..., Any]:
    """A function for the script; what goes wrong is answered in words, so that the page can say it."""

    def answer(sent: dict[str, Any] | None, request: gr.Request) -> Answer:
        try:
            fields = sent if isinstance(sent, dict) else {}
            bare = request.request if isinstance(request, gr.Request) else request  # it comes without the session
            visitor = visitor_of(gr.Request(bare, session_hash=tabs.session_of(fields.get("tab"))), settings)
            if visitor.author == NOBODY and visitor.may("label"):
                raise NoTabError("The server does not know this tab.", "Reload the page, or let it keep cookies.")
            return handle(visitor, fields)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            shown = as_shown(error)
            return {"error": {"what": shown.what, "mend": shown.mend}, "unknown": isinstance(error, NoTabError)}

    answer.__name__ = name
    return answer
