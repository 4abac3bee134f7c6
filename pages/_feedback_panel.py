"""The part of a page that sends what readers say and is told that it is kept; it shows nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from pages._feedback_said import Told
from pages._templates import render
from pages.look import script

SCRIPTS = ("feedback.js",)


def add_feedback(state: gr.State, said: Callable[..., Told], page: str) -> None:
    """Adds it to the page whose context is open; its script fills every `data-say` of that page.

    Args:
        state: What the server remembers of the tab.
        said: Keeps what the page sends.
        page: First part of the event's name.
    """

    def told(session: Any, event: gr.EventData, request: gr.Request) -> str:  # noqa: ANN401  any page's session
        return render("told.html", told=said(session, event, request))

    panel = gr.HTML(
        render("told.html", told=Told("", "", kept=False)),
        js_on_load="\n".join(map(script, SCRIPTS)),
        apply_default_css=False,
        elem_id="rp-told",
    )
    event = panel.said(
        told,
        inputs=[state],
        outputs=[panel],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
        trigger_mode="multiple",
        api_name=f"{page}_said",
    )
    lost = "() => { document.dispatchEvent(new CustomEvent('rp:unsaid')); return []; }"
    event.failure(None, js=lost, api_visibility="private")
