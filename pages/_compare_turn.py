"""Asking a turn, from the prompt that the page sends to the last word of the last column."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from decimal import Decimal
from functools import partial
from types import MappingProxyType

from errors import BadInputError
from feedback.usage import Usage
from feedback.usage_event import COMPARE_PAGE
from llms.bill import Routing
from llms.completions import Completions
from pages._compare_blind import check_contest, drawn_sides
from pages._compare_columns import Answer, Column, UserTurn
from pages._compare_controls import CompareControls, read_controls
from pages._compare_paint import Painted, Painter
from pages._compare_plan import Planner
from pages._compare_run import ask, break_off
from pages._compare_session import CompareSession
from router_models.prompts import clean_prompt

Fields = Mapping[str, object]

STILL_ANSWERING = BadInputError("The last prompt is still being answered.", "Stop it, or wait for its end.")

NOBODY_CAN = BadInputError(
    "None of the columns can answer this.", "Each says why: type a key, choose another LLM, or shorten the prompt."
)

BEGUN_ANEW = BadInputError(
    "You began a new conversation before this prompt was asked.", "Send it again to ask it in the new one."
)

MOST_TURNS = 50
"""In one conversation: each sends all that was said before, and is drawn with it."""

TOO_MANY_TURNS = BadInputError(
    f"This conversation has {MOST_TURNS} turns, and no more fit into one.", "Begin a new conversation."
)

PLANS = 16
"""Turns that may be planned at the same time, all users together: most of that is waiting for an LLM."""


class Asking:
    """Plans a turn, asks it, and paints what changes.

    Args:
        planner: Says which LLM each column asks.
        painter: Renders the page.
        completions: Asks LLMs.
        router_llm: Id of the LLM that routers ask; '' is the one on this machine, which sends no bill.
        usage: Where answers are recorded; None records nothing.
    """

    def __init__(
        self,
        planner: Planner,
        painter: Painter,
        completions: Completions,
        router_llm: str = "",
        usage: Usage | None = None,
    ) -> None:
        self._planner = planner
        self._painter = painter
        self._completions = completions
        self._router_llm = router_llm
        self._usage = usage
        # Their own: a router may wait a minute, and everybody's streams need the event loop's threads.
        self._threads = ThreadPoolExecutor(PLANS, thread_name_prefix="compare-plan")

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
        contest = controls.blind and (not session.veiled or replaces)  # one of its own, with sides drawn anew
        sides = drawn_sides(controls) if contest else {}
        controls = self._controls(session, sides)
        kept = [] if contest else session.turns[:-1] if replaces else session.turns
        if len(kept) >= MOST_TURNS:
            raise TOO_MANY_TURNS
        turns, number = [*kept, turn], len(kept)
        planned = await self._planned(session, controls, turns, number, range(len(controls.choices)))
        if controls.blind:
            check_contest(planned)
        if not any(answer.asked for answer in planned.values()):
            raise NOBODY_CAN
        if replaces:
            session.bill.resend(session.comparison_id, session.turn)
        if contest:
            session.start_over()
            session.values |= sides
        session.begin(turns, planned, veiled=controls.blind)
        self._note_routing(session, number, planned)
        async with aclosing(self._run(session, controls, planned, fields)) as steps:  # type: ignore[type-var]
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
        number = session.turn
        planned = await self._planned(session, controls, session.turns, number, [place])
        session.columns[place].answers[number] = planned[place]
        self._note_routing(session, number, planned)
        async with aclosing(self._run(session, controls, planned, fields)) as steps:  # type: ignore[type-var]
            async for painted in steps:
                yield painted

    async def _planned(
        self,
        session: CompareSession,
        controls: CompareControls,
        turns: Sequence[UserTurn],
        number: int,
        places: Sequence[int],
    ) -> dict[int, Answer]:
        """What columns are about to do in a turn; of the conversation nothing changes yet.

        Raises:
            BadInputError: Another turn is being planned, or the user has begun a new conversation meanwhile.
        """
        if session.planned:
            raise STILL_ANSWERING
        conversation = session.planning = session.comparison_id
        columns = session.columns if number else [Column() for _ in session.columns]  # a contest knows no history
        plan = partial(self._planner.plan, controls, columns, turns, number, session.keys, places)
        try:
            planned = await asyncio.get_running_loop().run_in_executor(self._threads, plan)
        finally:
            if session.planning == conversation:
                session.planning = ""
        if session.comparison_id != conversation:
            raise BEGUN_ANEW
        return planned

    async def _run(
        self, session: CompareSession, controls: CompareControls, planned: Mapping[int, Answer], fields: Fields
    ) -> AsyncIterator[Painted]:
        """Asks planned columns and paints what changes; if this is closed before their end, they end where they are."""
        conversation, columns, number = session.comparison_id, session.columns, session.turn
        unfinished = set(planned)
        try:
            yield self._painter.everything(session, controls, {}, echo=str(fields.get("echo") or ""))
            if session.comparison_id != conversation:
                return  # a new one, before anybody was asked
            asked = ask(session, self._completions, controls, list(planned), self._usage)
            async with aclosing(asked) as news:  # type: ignore[type-var]
                async for changed in news:
                    done = [place for place, completion in changed.items() if completion.done]
                    unfinished -= set(done)
                    if session.comparison_id != conversation:
                        continue  # the user has begun a new one; what has been answered is billed all the same
                    painted = self._painter.columns(session, controls, changed)
                    if done:
                        painted |= self._painter.bill(session, controls) | self._painter.heads(session, controls, done)
                    yield painted
        finally:
            for place in unfinished:
                break_off(columns[place], number)

    def _note_routing(self, session: CompareSession, number: int, planned: Mapping[int, Answer]) -> None:
        """Tells the bill which LLM a router sent this turn to, and what the decision cost."""
        for answer in planned.values():
            if answer.decision is None or answer.overridden:
                continue
            routing = Routing(answer.llm, 0.0)  # an LLM that is kept costs no decision
            if answer.routed_now is not None:
                paid = self._planner.panel[answer.routed_now.router].waits and bool(self._router_llm)
                routing = Routing(answer.llm, answer.routed_now.latency_ms, None if paid else Decimal(0))
            session.bill.route(session.comparison_id, number, routing)
            if self._usage is not None and answer.routed_now is not None and not answer.asked:
                policy = self._controls(session).view.policy()
                self._usage.decided(COMPARE_PAGE, session.turns[number].text, [answer.routed_now], policy)

    def _controls(self, session: CompareSession, sides: Mapping[str, str] = MappingProxyType({})) -> CompareControls:
        panel = self._planner.panel
        return read_controls({**session.values, **sides}, panel, session.keys.catalogue(panel.catalogue))[0]
