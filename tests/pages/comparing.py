"""The Compare page without a browser: its callbacks on the real panel, the stand-in provider and a real store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from feedback.identity import BROWSER_COOKIE
from feedback.store import FeedbackStore
from llms.completions import Completions
from pages._compare_callbacks import CompareCallbacks
from pages._compare_paint import PARTS
from router_models import RouterPanel
from tests.llms.asking import settings_for
from tests.llms.misbehaving import Misbehaving

PAIR = {"c0": "llm:gpt-4.1-nano", "c1": "llm:gpt-4.1", "columns": "2"}
"""Two LLMs that the stand-in serves."""

Parts = dict[str, Any]


class Desk:
    """One visitor's tab."""

    def __init__(self, panel: RouterPanel, server: Misbehaving, folder: Path, **options: Any) -> None:
        self.settings = settings_for(server, data_dir=folder, **options)
        self.completions = Completions(panel.catalogue, self.settings)
        self.store = FeedbackStore(self.settings)
        self.callbacks = CompareCallbacks(panel, self.settings, self.completions, self.open_store)
        self.session = self.callbacks.new_session()
        self.cookies = {BROWSER_COOKIE: "0a" * 16}

    def open_store(self) -> FeedbackStore:
        return self.store

    def does(self, kind: str, **fields: Any) -> Parts:
        """An event that is answered at once; a vote also by whose it is."""
        asking = (gr.Request(session_hash="tab", cookies=self.cookies),) if kind == "voted" else ()
        return parts_of(getattr(self.callbacks, kind)(self.session, event(**fields), *asking))

    def opens(self, query: str = "", **fields: Any) -> Parts:
        request = gr.Request(session_hash="tab")
        painted = self.callbacks.opened(self.session, event(query=query, **fields), request)
        return parts_of(painted[:-1])

    def asks(self, prompt: str, **fields: Any) -> list[Parts]:
        """Sends a prompt and returns all that was painted, in order."""
        return asyncio.run(self._all(self.callbacks.submitted(self.session, event(prompt=prompt, **fields))))

    def retries(self, column: int) -> list[Parts]:
        return asyncio.run(self._all(self.callbacks.retried(self.session, event(column=column))))

    async def _all(self, steps: AsyncIterator[list[object]]) -> list[Parts]:
        try:
            return [parts_of(painted) async for painted in steps]
        finally:
            await self.completions.aclose()

    def text(self, place: int) -> str:
        answer = self.session.answer(place)
        return answer.text if answer else ""


def event(**fields: Any) -> gr.EventData:
    """What the page's script sends."""
    return gr.EventData(None, {"prompt": "", "echo": "7", **fields})


def parts_of(painted: list[object]) -> Parts:
    """Painted parts by name; those that were left alone are not in it."""
    return {name: value for name, value in zip(PARTS, painted, strict=True) if value != gr.skip()}


def talk(page: Parts, place: int) -> list[dict[str, Any]]:
    """A column's conversation as the page shows it: the turns that are over, then the last one."""
    return [*page.get(f"past{place}", []), *page[f"chat{place}"]]


def whole(steps: list[Parts]) -> Parts:
    """The page after all steps."""
    page: Parts = {}
    for step in steps:
        page |= step
    return page
