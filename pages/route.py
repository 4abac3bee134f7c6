"""The Route page: one prompt, and what every router of the panel would do with it."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from errors import PlaygroundError
from feedback.usage import Usage, unrecorded
from feedback.usage_event import ROUTE_PAGE
from pages._ask import TokenCounter, prompt_box
from pages._board import Board, Notices
from pages._budget import budgeted_router
from pages._categories import edited_router
from pages._compare_voting import OpenStore
from pages._components import page_footer, page_header
from pages._defects import as_shown
from pages._examples import load_examples
from pages._feedback_decisions import DecisionFeedback
from pages._feedback_panel import add_feedback
from pages._link import parse_query
from pages._session import Session
from pages._view import RouteView, default_view, read_view, require_text
from pages.look import script
from router_models import RouterPanel
from router_models.explain import Explanation, explain
from router_models.prompts import clean_prompt
from router_models.waiting import WaitingQueue
from settings import Settings

FOOTER = (
    "Three routers ask a small LLM on this machine unless set otherwise; the LLMs of the pool are not called, "
    "and costs are estimates."
)
BOARD_SCRIPTS = ("board.js", "board_compare.js")
PANEL_QUEUE = "panel"
NEWS_EVERY_S = 0.1
TOLD_AFTER_S = 10.0
"""After which time a tab is told that nothing is new, so that no request stays open for long."""

SESSION_SECONDS = 4 * 3600

Fields = Mapping[str, object]


def add_route_page(
    demo: gr.Blocks,
    panel: RouterPanel,
    settings: Settings,
    usage: Usage | None = None,
    open_store: OpenStore | None = None,
) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    page = RoutePage(panel, usage)
    state = gr.State(Session(), time_to_live=SESSION_SECONDS)
    page_header("/")
    prompt_box(page.examples, len(panel.ids), TokenCounter(panel.catalogue))
    board = gr.HTML(
        page.first_board(),
        js_on_load="\n".join(map(script, BOARD_SCRIPTS)),
        apply_default_css=False,
        elem_id="rp-board",
    )
    page_footer(FOOTER)
    if open_store is not None:
        add_feedback(state, DecisionFeedback(panel, settings, open_store).said, "route")
    common: dict[str, Any] = {
        "inputs": [state],
        "show_progress": "hidden",
        "api_visibility": "private",
        "trigger_mode": "multiple",  # the board waits for answers itself; Gradio would drop what it sends upon one
    }
    runs = {**common, "concurrency_limit": settings.concurrency, "concurrency_id": PANEL_QUEUE}
    events = {
        "opened": board.opened(page.opened, **runs, outputs=[board, state], api_name="route_opened"),
        "submitted": board.submitted(page.submitted, **runs, outputs=[board, state], api_name="route_submitted"),
        "described": board.described(page.described, **runs, outputs=[board, state], api_name="route_described"),
        "explained": board.explained(page.explained, **runs, outputs=[state], api_name="route_explained"),
        "awaited": board.awaited(page.awaited, **common, outputs=[], queue=False, api_name="route_awaited"),
        "adjusted": board.adjusted(page.adjusted, **common, outputs=[board], queue=False, api_name="route_adjusted"),
    }
    for kind, event in events.items():
        event.failure(None, js=_tell("rp:refused", kind), api_visibility="private")
    for kind in ("explained", "awaited"):
        events[kind].success(None, js=_tell(f"rp:{kind}", kind), api_visibility="private")


def _tell(name: str, detail: str) -> str:
    """Script that passes word to the board, which Gradio tells of new values only."""
    return f"() => {{ document.dispatchEvent(new CustomEvent('{name}', {{ detail: '{detail}' }})); return []; }}"


class RoutePage:
    """The callbacks of the page.

    Every event of the board carries all controls as a query string, so a click, a link and a reload take the same
    way. Whatever goes wrong is shown on the board, and what the tab had before stays.

    Args:
        panel: The routers.
        usage: Where decisions are recorded, and the budget; None records nothing.
    """

    def __init__(self, panel: RouterPanel, usage: Usage | None = None) -> None:
        self._panel = panel
        self._usage = usage or unrecorded(panel)
        self.examples = load_examples()
        self._board = Board(panel, self.examples, self._usage)
        self._queue = WaitingQueue(panel)

    def first_board(self) -> str:
        """The board before anything is known of the visitor."""
        return self._board.html(Session(), default_view(self._panel), Notices())

    def opened(self, session: Session, event: gr.EventData) -> tuple[str, Session]:
        """Shows what the address says: controls, and the prompt if the link carries one."""
        return self._changed(session, _fields(event), self._open)

    def submitted(self, session: Session, event: gr.EventData) -> tuple[str, Session]:
        """Runs the panel on a prompt."""
        return self._changed(session, _fields(event), self._submit)

    def described(self, session: Session, event: gr.EventData) -> tuple[str, Session]:
        """Runs one router again with the user's descriptions, rules or budget, or with its own."""
        return self._changed(session, _fields(event), self._describe)

    def adjusted(self, session: Session, event: gr.EventData) -> str:
        """Decides again under other controls. Runs no model and changes no state, so it may overtake `explained`."""
        return self._shown(session, _fields(event))

    def explained(self, session: Session, event: gr.EventData) -> Session:
        """Finds the evidence of all routers for the last prompt; `adjusted` shows it."""
        if session.run is None or session.explanations is not None:
            return session
        try:
            found = explain(self._panel, session.run, session.edited)
        except Exception as error:  # noqa: BLE001  logged, and shown in place of the evidence
            said = str(as_shown(error))
            found = {score.router: Explanation(score.router, said) for score in session.run.scores}
        return dataclasses.replace(session, explanations=found)

    async def awaited(self, session: Session, event: gr.EventData) -> None:
        """Returns as soon as more waiting routers have answered than the page shows; `adjusted` shows them.

        It changes no state, so a new prompt may overtake it, and holds no thread, so any number of tabs may wait.
        """
        shown = _fields(event).get("answered")
        known = shown if isinstance(shown, int) else 0
        deadline = time.monotonic() + TOLD_AFTER_S
        while session.waiting and not session.waiting.has_news(known) and time.monotonic() < deadline:  # noqa: ASYNC110  threads answer
            await asyncio.sleep(NEWS_EVERY_S)

    def _changed(
        self, session: Session, fields: Fields, change: Callable[[Session, Fields], Session]
    ) -> tuple[str, Session]:
        """Changes what the tab remembers, and shows it."""
        try:
            session = change(session, fields)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return self._shown(session, fields, as_shown(error)), session
        return self._shown(session, fields), session

    def _open(self, session: Session, fields: Fields) -> Session:
        prompt = parse_query(_query(fields))[0].get("prompt")
        if not prompt:
            return session
        session = self._submit(session, {"prompt": prompt})
        return dataclasses.replace(session, linked=session.run.prompt if session.run else "")

    def _submit(self, session: Session, fields: Fields) -> Session:
        session = session.with_run(self._panel.run(clean_prompt(fields.get("prompt")), replace=session.edited))
        if session.run is not None:
            view = read_view(parse_query(_query(fields))[0], self._panel)[0]
            self._usage.ran(ROUTE_PAGE, session.run, view.policy(), session.edited)
        return session if session.run is None else session.with_waiting(self._queue.ask(session.run, session.edited))

    def _describe(self, session: Session, fields: Fields) -> Session:
        name = require_text(fields.get("router"), "router")
        router = self._panel[name]
        edited = {kept: other for kept, other in session.edited.items() if kept != name}
        if fields.get("budget") is None:
            changed = edited_router(router, fields.get("categories"))
        else:
            view = read_view(parse_query(_query(fields))[0], self._panel)[0]
            changed = budgeted_router(router, fields["budget"], view, self._panel.catalogue)
        if changed is not None:
            edited[name] = changed
        run = session.run
        if run is None:
            return dataclasses.replace(session, edited=edited)
        if router.waits:  # asked again in the background, where the LLM's answer to this prompt is still known
            session = dataclasses.replace(session.with_run(run), edited=edited)
            return session.with_waiting(self._queue.ask(run, edited))
        return session.with_rerun(self._panel.run(run.prompt, only=[name], replace=edited), edited)

    def _shown(self, session: Session, fields: Fields, error: PlaygroundError | None = None) -> str:
        """The board under the controls that the page sent; a bare one where those cannot be used."""
        echo = str(fields.get("echo") or "")
        values, unread = parse_query(_query(fields))
        try:
            view, problems = read_view(values, self._panel)
            view = _without_foreign_sharing(view, session, fields)
            notices = Notices((*unread, *problems), error or _ended(session, fields))
            return self._board.html(session, view, notices, echo, _standing(fields))
        except Exception as caught:  # noqa: BLE001  logged, and shown to the user
            return self._board.html(Session(), default_view(self._panel), Notices(unread, as_shown(caught)), echo)


def _fields(event: gr.EventData) -> Fields:
    return event._data if isinstance(event._data, dict) else {}


def _query(fields: Fields) -> str:
    query = fields.get("query")
    return query if isinstance(query, str) else ""


def _standing(fields: Fields) -> tuple[str, ...]:
    """Routers in the order in which the page wants their cards to stay."""
    names = fields.get("standing")
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _without_foreign_sharing(view: RouteView, session: Session, fields: Fields) -> RouteView:
    """Shares no prompt of the user's own because somebody else's link shared theirs.

    Links carry the prompt that the tab's own address brought along, and any other only if the user ticked the box in
    this tab.
    """
    own = session.run is not None and session.run.prompt != session.linked
    return dataclasses.replace(view, share_prompt=view.share_prompt and (not own or fields.get("ticked") is True))


def _ended(session: Session, fields: Fields) -> PlaygroundError | None:
    """Says so if the page still shows a run that the server has forgotten."""
    if session.run is not None or not fields.get("run"):
        return None
    return PlaygroundError("This session has ended:", "route the prompt again.")
