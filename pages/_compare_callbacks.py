"""The callbacks of the Compare page: what the page sends changes the tab's session, and what changed is painted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr

from errors import PlaygroundError
from feedback.usage import Usage
from feedback.usage_policy import WHERE
from llms.completions import Completions
from pages._compare_attach import attached_file
from pages._compare_columns import Answer
from pages._compare_controls import CompareControls, default_controls, first_values, read_controls
from pages._compare_keys import change_keys
from pages._compare_paint import PARTS, PLACES, Painted, Painter
from pages._compare_plan import Planner
from pages._compare_session import CompareSession, Notice
from pages._compare_turn import Asking
from pages._compare_voting import OpenStore, Voting
from pages._defects import as_shown
from pages._examples import load_examples
from pages._link import parse_query
from pages._usage_words import used_up_sentence
from pages._visitor import visitor_of
from router_models import RouterPanel
from settings import Settings

SHOWN_EXAMPLES = 6
"""Here the conversation needs the room that all of them take on the Route page."""

CONTEST = frozenset({"c0", "c1", "c2", "c3", "columns", "blind", "router", "pool", "override"})
"""Fields that stay as they are from the prompt to the vote: they say who is on which side."""

Fields = Mapping[str, object]
Change = Callable[[CompareSession, CompareControls, Fields], None]


class CompareCallbacks:
    """The callbacks.

    Args:
        panel: The routers with the catalogue.
        settings: Says which keys the operator has set.
        completions: Asks LLMs.
        open_store: Gives the store of feedback when it is first needed.
        usage: Where decisions and answers are recorded, and the budget; None records nothing.
    """

    def __init__(
        self,
        panel: RouterPanel,
        settings: Settings,
        completions: Completions,
        open_store: OpenStore,
        usage: Usage | None = None,
    ) -> None:
        self._panel = panel
        self._usage = usage
        self._settings = settings
        self._machine_usd_per_hour = settings.machine_usd_per_hour
        self._allowed_addresses = settings.allowed_addresses
        self._planner = Planner(panel, completions, usage)
        self._painter = Painter(panel, completions, settings, load_examples()[:SHOWN_EXAMPLES])
        self._asking = Asking(self._planner, self._painter, completions, settings.router_llm, usage)
        self._voting = Voting(panel, open_store)
        self._tabs: WeakValueDictionary[str, CompareSession] = WeakValueDictionary()

    def new_session(self) -> CompareSession:
        """What a tab begins with."""
        return CompareSession(self._machine_usd_per_hour)

    def first_page(self) -> Painted:
        """The page before anything is known of the visitor."""
        return self._painter.everything(self.new_session(), default_controls(self._panel), {})

    def opened(self, session: CompareSession, event: gr.EventData, request: gr.Request) -> list[object]:
        """Shows what the address says."""
        fields = _fields(event)
        if request.session_hash:
            self._tabs[request.session_hash] = session
        query = fields.get("query")
        asked, problems = parse_query(query if isinstance(query, str) else "")
        if asked.get("override") == "1":  # the reader has come to choose an LLM, and has not yet
            asked.pop("override")
        local = next((llm.id for llm in self._panel.catalogue.llms if llm.local), "")
        refused = self._painter.refusals(session)
        able = [llm for llm in self._panel.catalogue.ids if llm not in refused]
        session.values = first_values(self._panel, asked, able, local if local in able else "")
        session.notices = [Notice(problem) for problem in problems]
        session.drawn = {}
        return [*self._painted(session, fields), session]

    def adjusted(self, session: CompareSession, event: gr.EventData) -> list[object]:
        """Shows the page under other controls, and what the columns would do with the prompt being typed."""
        return self._changed(session, event, _nothing)

    def attached(self, session: CompareSession, event: gr.EventData) -> list[object]:
        """Reads a file that goes with the next prompt, or takes it away."""
        return self._changed(session, event, _attach)

    def keyed(self, session: CompareSession, event: gr.EventData) -> list[object]:
        """Takes over a key or an endpoint of the user's own, for this tab."""
        return self._changed(session, event, self._key)

    def recalled(self, session: CompareSession, event: gr.EventData) -> list[object]:
        """Gives the last prompt back to be edited."""
        return self._changed(session, event, _recall)

    def restarted(self, session: CompareSession, event: gr.EventData) -> list[object]:
        """Begins a new conversation."""
        return self._changed(session, event, _restart)

    def voted(self, session: CompareSession, event: gr.EventData, request: gr.Request) -> list[object]:
        """Stores a vote, or none, and reveals whose answers they were."""
        session.author = visitor_of(request, self._settings).author  # as ratings have it
        return self._changed(session, event, self._voting.vote)

    def halted(self, session: CompareSession, event: gr.EventData) -> None:
        """Stops one column, or all; the stream that runs shows it."""
        place = _fields(event).get("column")
        if place is None or place in PLACES:
            session.stop(place)  # type: ignore[arg-type]  # it is one of the places

    async def submitted(self, session: CompareSession, event: gr.EventData) -> AsyncIterator[list[object]]:
        """Asks all columns."""
        fields = _fields(event)
        async for painted in self._streamed(session, fields, self._asking.submit):
            yield painted

    async def retried(self, session: CompareSession, event: gr.EventData) -> AsyncIterator[list[object]]:
        """Asks one column again."""
        fields = _fields(event)
        async for painted in self._streamed(session, fields, self._asking.retry):
            yield painted

    def left(self, request: gr.Request) -> None:
        """The tab has gone: its requests end and its keys are forgotten."""
        session = self._tabs.get(request.session_hash or "")
        if session is not None:
            session.close()

    async def _streamed(
        self, session: CompareSession, fields: Fields, run: Callable[..., AsyncIterator[Painted]]
    ) -> AsyncIterator[list[object]]:
        """What a run paints, part by part; whatever goes wrong is shown, and the page is painted whole at the end."""
        _take_over(session, fields)
        session.notices, session.key_notice = [], None
        chats: Painted = {}
        try:
            async with aclosing(run(session, fields)) as steps:  # type: ignore[type-var]  # a generator can be closed
                async for painted in steps:
                    # Gradio sends what a part has grown by since the last step, so all that grow are in every step.
                    chats |= {name: value for name, value in painted.items() if name.startswith("chat")}
                    yield _outputs(chats | painted)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            session.notices = [_notice(as_shown(error))]
        else:
            fields = {**fields, "prompt": ""}  # it is no longer in the box
        yield await asyncio.to_thread(self._painted, session, fields)

    def _changed(self, session: CompareSession, event: gr.EventData, change: Change) -> list[object]:
        """Changes the session and paints the page."""
        fields = _fields(event)
        _take_over(session, fields)
        session.notices, session.key_notice = [], None
        try:
            change(session, self._controls(session), fields)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            session.notices = [_notice(as_shown(error))]
        return self._painted(session, fields)

    def _key(self, session: CompareSession, controls: CompareControls, fields: Fields) -> None:
        try:
            change_keys(session, fields, self._allowed_addresses)
        except PlaygroundError as error:
            session.key_notice = _notice(error)

    def _controls(self, session: CompareSession) -> CompareControls:
        return read_controls(session.values, self._panel, session.keys.catalogue(self._panel.catalogue))[0]

    def _painted(self, session: CompareSession, fields: Fields) -> list[object]:
        catalogue = session.keys.catalogue(self._panel.catalogue)
        controls, problems = read_controls(session.values, self._panel, catalogue)
        if used_up := self._usage and self._usage.raising():
            problems = (*problems, f"{used_up_sentence(used_up)} {WHERE}")
        planned: dict[int, Answer] = {}
        if not session.running() and not session.veiled:
            try:
                replaces = fields.get("replace") is True
                planned = self._planner.preview(session, controls, fields.get("prompt"), replaces=replaces)
            except Exception as error:  # noqa: BLE001  logged, and shown to the user: the page itself is drawn
                shown = as_shown(error)
                problems = (*problems, f"{shown.what} {shown.mend}")
        echo = str(fields.get("echo") or "")
        return _outputs(self._painter.everything(session, controls, planned, echo=echo, problems=problems))


def _fields(event: gr.EventData) -> Fields:
    return event._data if isinstance(event._data, dict) else {}


def _take_over(session: CompareSession, fields: Fields) -> None:
    """The controls as the page has them; those that it does not show at present keep their values."""
    session.values.pop("consent", None)  # it holds for the event that it comes with, and for no other
    values = fields.get("values")
    if not isinstance(values, dict):
        return
    sent = {str(name): str(value)[:200] for name, value in list(values.items())[:200]}
    if session.veiled:
        sent = {name: value for name, value in sent.items() if name not in CONTEST}
    # A preset says the LLMs of all routes.
    if sent.get("pool", session.values.get("pool")) != session.values.get("pool"):
        session.values = {name: value for name, value in session.values.items() if not name.startswith("llm.")}
    session.values |= sent


def _notice(error: PlaygroundError) -> Notice:
    return Notice(f"{error.what} {error.mend}", tone="error")


def _outputs(painted: Painted) -> list[Any]:
    """One value per component, in order; those that have not changed are left alone."""
    return [painted.get(part, gr.skip()) for part in PARTS]


def _nothing(session: CompareSession, controls: CompareControls, fields: Fields) -> None:
    """The controls themselves are all that has changed."""


def _attach(session: CompareSession, controls: CompareControls, fields: Fields) -> None:
    session.attachment, session.attachment_refusal = None, None
    try:
        session.attachment = attached_file(fields)
    except PlaygroundError as error:
        session.attachment_refusal = error


def _recall(session: CompareSession, controls: CompareControls, fields: Fields) -> None:
    if session.turns and not session.running():
        session.recalled = session.turns[-1].text


def _restart(session: CompareSession, controls: CompareControls, fields: Fields) -> None:
    session.start_over()
