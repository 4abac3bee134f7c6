"""Tab ids: by one, a script's own calls have the same author as its page's events, where a browser keeps no cookie."""

from __future__ import annotations

import secrets

import gradio as gr

from errors import PlaygroundError
from feedback.signed_cookie import CookieSigner

TAB_S = 7 * 24 * 3600
"""How long an id holds; the page then asks for another, and the author stays."""

_LONGEST = 1_000


class NoTabError(PlaygroundError):
    """Neither a cookie nor a tab id tells who is asking: many would share one author."""

    status = 401


class TabIds:
    """Gives ids that only this process can make; after a restart pages ask for another."""

    def __init__(self) -> None:
        self._signer = CookieSigner(secrets.token_hex(32), "tab")

    def give(self, request: gr.Request) -> str:
        """An id for the tab behind an event.

        Args:
            request: Of the event; calls of server functions come without the tab's session.
        """
        return self._signer.sign({"session": request.session_hash or ""})

    def session_of(self, tab: object) -> str:
        """The session of the tab with that id; '' for what is no id.

        Args:
            tab: What the page sent.
        """
        found = self._signer.read(tab, TAB_S) if isinstance(tab, str) and len(tab) <= _LONGEST else None
        return found.get("session", "") if found else ""
