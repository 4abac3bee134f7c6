"""Asking a turn, from the prompt that the page sends to the last word of the last column."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from decimal import Decimal

from errors import BadInputError
from llms.bill import Routing
from llms.completions import Completions
from pages._compare_blind import check_contest, shuffled
from pages._compare_columns import Answer, UserTurn
from pages._compare_controls import CompareControls, read_controls
from pages._compare_paint import Painted, Painter
from pages._compare_plan import Planner
from pages._compare_run import ask
from pages._compare_session import CompareSession
from router_models.prompts import clean_prompt

Fields = Mapping[str, object]

STILL_ANSWERING = BadInputError("The last prompt is still being answered.", "Stop it, or wait for its end.")

NOBODY_CAN = BadInputError(
    "None of the columns can answer this.", "Each says why: type a key, choose another LLM, or shorten the prompt."
)


class Asking:
    """Plans a turn, asks it, and paints what changes.

    Args:
        planner: Says which LLM each column asks.
        painter: Renders the page.
        completions: Asks LLMs.
        router_llm: Id of the LLM that routers ask; '' is the one on this machine, which sends no bill.
    """

    def __init__(self, planner: Planner, painter: Painter, completions: Completions, router_llm: str = "") -> None:
        self._planner = planner
        self._painter = painter
        self._completions = completions
        self._router_llm = router_llm

    async def submit(self, session: CompareSession, fields: Fields) -> AsyncIterator[Painted]:
        """Asks all columns the prompt that the page sent, as a new turn or in place of the last one.

        Raises:
            PlaygroundError: The prompt cannot be asked; the conversation stays as it was.
        """
        turn = UserTurn(clean_prompt(fields.get("prompt")), session.attachment)
        if session.running():
            raise STILL_ANSWERING
        replaces = fields.get("replace") is True and bool(session.turns)
        if replaces and turn.attachment is None:
            turn = UserTurn(turn.text, session.turns[-1].attachment)
        controls = self._controls(session)
        places = range(len(controls.choices))
        if controls.blind:
            if not session.veiled or replaces:
                session.start_over()
            if not session.turns:
                session.values = shuffled(session.values, controls)
                controls = self._controls(session)
        kept = session.turns[:-1] if replaces and session.turns else session.turns
        turns = [*kept, turn]
        planned = await asyncio.to_thread(
            self._planner.plan, controls, session.columns, turns, len(turns) - 1, session.keys, places
        )
        if controls.blind:
            check_contest(planned)
        if not any(answer.asked for answer in planned.values()):
            raise NOBODY_CAN
        session.begin(turns, planned, veiled=controls.blind)
        self._note_routing(session, planned)
        yield self._painter.everything(session, controls, {}, echo=str(fields.get("echo") or ""))
        async with aclosing(self._stream(session, controls, places)) as steps:  # type: ignore[type-var]
            async for painted in steps:
                yield painted

    async def retry(self, session: CompareSession, fields: Fields) -> AsyncIterator[Painted]:
        """Asks one column its last prompt again.

        Raises:
            PlaygroundError: It cannot be asked.
        """
        controls = self._controls(session)
        place = fields.get("column")
        if not isinstance(place, int) or not 0 <= place < len(controls.choices) or not session.turns:
            raise BadInputError("There is nothing to ask again.", "Send a prompt first.")
        answer = session.answer(place)
        if answer is not None and answer.running:
            raise STILL_ANSWERING
        planned = await asyncio.to_thread(
            self._planner.plan, controls, session.columns, session.turns, session.turn, session.keys, [place]
        )
        session.columns[place].answers[session.turn] = planned[place]
        yield self._painter.everything(session, controls, {}, echo=str(fields.get("echo") or ""))
        async with aclosing(self._stream(session, controls, [place])) as steps:  # type: ignore[type-var]
            async for painted in steps:
                yield painted

    async def _stream(
        self, session: CompareSession, controls: CompareControls, places: Sequence[int]
    ) -> AsyncIterator[Painted]:
        conversation = session.comparison_id
        async with aclosing(ask(session, self._completions, controls, places)) as news:  # type: ignore[type-var]
            async for changed in news:
                if session.comparison_id != conversation:  # the user has begun a new one
                    return
                painted = self._painter.columns(session, controls, changed)
                done = [place for place, completion in changed.items() if completion.done]
                if done:
                    painted |= self._painter.bill(session, controls) | self._painter.heads(session, controls, done)
                yield painted

    def _note_routing(self, session: CompareSession, planned: Mapping[int, Answer]) -> None:
        """Tells the bill which LLM a router sent this turn to, and what the decision cost."""
        for answer in planned.values():
            if answer.decision is not None and not answer.overridden:
                paid = self._planner.panel[answer.decision.router].waits and bool(self._router_llm)
                routing = Routing(answer.llm, answer.decision.latency_ms, None if paid else Decimal(0))
                session.bill.route(session.comparison_id, session.turn, routing)

    def _controls(self, session: CompareSession) -> CompareControls:
        panel = self._planner.panel
        return read_controls(session.values, panel, session.keys.catalogue(panel.catalogue))[0]
