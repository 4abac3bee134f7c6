"""Who is asking: the visitor behind a request to a page, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from feedback.identity import identity_of
from feedback.visitor import Permission, Visitor
from settings import Settings

NEEDED: dict[str, Permission] = {"label": "label", "usage": "usage"}
"""What a page needs, by its path; pages that are not here are for everybody."""

_NEEDED_BY_EVENTS: dict[str, Permission] = {"learn_": "learn", "judge_": "learn"}
"""What events need on top, by how their `api_name` begins."""


def visitor_of(request: gr.Request | None, settings: Settings) -> Visitor:
    """The visitor behind a request; where nobody has to sign in, everybody may do everything.

    Args:
        request: Of the callback; None outside of one.
        settings: Say who has to sign in.
    """
    if request is None:
        return identity_of(settings).visitor({})
    # Gradio's own attribute makes another object of the cookies, without the methods of a mapping.
    cookies = request.request.cookies if request.request is not None else request.kwargs.get("cookies")
    return identity_of(settings).visitor(cookies if isinstance(cookies, Mapping) else {}, request.session_hash or "")


def allowed_visitor(request: gr.Request | None, settings: Settings, permission: Permission) -> Visitor:
    """The visitor behind a request, who has a permission: for callbacks that need one.

    Raises:
        NotAllowedError: They lack it.
    """
    visitor = visitor_of(request, settings)
    visitor.need(permission)
    return visitor


def needed_for(page: str, event: str | None = None) -> tuple[Permission, ...]:
    """What a page needs, or one of its events.

    Args:
        page: Its path without slashes; '' is the front page.
        event: `api_name` of the event; None for the page itself.
    """
    of_page = NEEDED.get(page)
    of_event = next((needed for begin, needed in _NEEDED_BY_EVENTS.items() if (event or "").startswith(begin)), None)
    return tuple(needed for needed in (of_page, of_event) if needed is not None)
