"""Before anything is asked: which LLM each column will ask, why a column cannot ask its LLM, and what it would cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from errors import PlaygroundError
from feedback.usage import Usage, unrecorded
from llms.attachment import Attachment
from llms.chat_request import ChatRequest, Turn
from llms.keys import Keys
from pages._compare_columns import Answer, Column, UserTurn, request_of
from pages._compare_controls import ROUTED, CompareControls
from pages._compare_estimate import estimate_request
from pages._compare_session import CompareSession
from router_models import Decision, RouterPanel
from router_models.prompts import MAX_CHARACTERS, readable


class Refuses(Protocol):
    """The part of `Completions` that says why an LLM cannot be asked."""

    def why_not(
        self, llm_id: str, keys: Keys, attachment: Attachment | None = None, turns: Sequence[Turn] = ()
    ) -> PlaygroundError | None:
        """Why; None if it can."""


class Planner:
    """Plans a turn. Runs routers, so call it from a thread.

    Args:
        panel: The routers with the catalogue.
        completions: Says why an LLM cannot be asked.
        usage: The budget; None knows none.
    """

    def __init__(self, panel: RouterPanel, completions: Refuses, usage: Usage | None = None) -> None:
        self.panel = panel
        self._usage = usage or unrecorded(panel)
        self._completions = completions

    def preview(
        self, session: CompareSession, controls: CompareControls, prompt: object, *, replaces: bool = False
    ) -> dict[int, Answer]:
        """What the columns would do with a prompt that is being typed; no LLM is asked, not even by a router.

        Args:
            session: The tab.
            controls: The user's.
            prompt: The prompt so far; where it is empty only what needs no prompt is told.
            replaces: Whether it takes the last one's place.
        """
        places = range(len(controls.choices))
        typed = isinstance(prompt, str) and readable(prompt) and len(prompt) <= MAX_CHARACTERS
        if not typed or self.panel[controls.router].waits:
            return {} if session.turns else self._before(controls, session)
        kept = session.turns[:-1] if replaces else session.turns
        kept = [] if controls.blind else kept  # a blind vote begins a conversation of its own
        columns = [Column() for _ in session.columns] if controls.blind else session.columns
        turns = [*kept, UserTurn(str(prompt), session.attachment)]
        return self.plan(controls, columns, turns, len(kept), session.keys, places)

    def plan(
        self,
        controls: CompareControls,
        columns: Sequence[Column],
        turns: Sequence[UserTurn],
        number: int,
        keys: Keys,
        places: Sequence[int],
    ) -> dict[int, Answer]:
        """What the columns are about to do in a turn; nothing is sent to an LLM but by routers that ask one.

        Args:
            controls: The user's.
            columns: All columns with what they have said before.
            turns: What the user said.
            number: Which turn, from 0.
            keys: The session's.
            places: Which columns.

        Raises:
            BadInputError: The prompt cannot be routed.
        """
        decided: Decision | PlaygroundError | None = None
        answers: dict[int, Answer] = {}
        asked: dict[int, ChatRequest] = {}
        for place in places:
            column, choice = columns[place], controls.choices[place]
            answer = Answer(llm=controls.fixed_llm(choice), choice=choice)
            if choice == ROUTED:
                earlier = column.routed(controls.router, number)
                if earlier and controls.keep_llm and not controls.override:
                    answer = _kept(answer, *earlier)
                else:
                    decided = decided or self.decide(controls, turns[number])
                    answer = _routed(answer, decided, controls)
            answer = self._weighed(answer, controls, column, turns, number, keys)
            if answer.asked and answer.request is not None:
                first = next((other for other, same in asked.items() if same == answer.request), place)
                asked.setdefault(place, answer.request)
                answer = dataclasses.replace(answer, shared_with=None if first == place else first)
            answers[place] = answer
        return answers

    def decide(self, controls: CompareControls, turn: UserTurn) -> Decision | PlaygroundError:
        """The router's decision on a turn, or why there is none.

        Raises:
            BadInputError: The prompt is empty, unreadable or too long.
        """
        kind = turn.attachment.kind if turn.attachment else None
        run = self.panel.run(turn.text, only=[controls.router], temperature=controls.temperature, attachment=kind)
        if run.unavailable:
            return PlaygroundError(run.unavailable[0].what, run.unavailable[0].mend)
        return self._usage.decisions(run, controls.view.policy())[0]

    def _before(self, controls: CompareControls, session: CompareSession) -> dict[int, Answer]:
        """The LLMs that are known without a prompt, and why they cannot be asked."""
        answers = {}
        for place, choice in enumerate(controls.choices):
            llm = controls.fixed_llm(choice)
            refusal = self._completions.why_not(llm, session.keys, session.attachment) if llm else None
            answers[place] = Answer(llm=llm, choice=choice, refusal=refusal)
        return answers

    def _weighed(
        self,
        answer: Answer,
        controls: CompareControls,
        column: Column,
        turns: Sequence[UserTurn],
        number: int,
        keys: Keys,
    ) -> Answer:
        """With its request, what that would cost, and why it is not asked."""
        if not answer.llm:
            return dataclasses.replace(answer, refusal=answer.router_failure)
        catalogue = keys.catalogue(self.panel.catalogue)
        if answer.llm not in catalogue:  # an endpoint of the user's own that has been taken away
            return dataclasses.replace(answer, refusal=self._completions.why_not(answer.llm, keys))
        longest = controls.longest_answer(catalogue[answer.llm])
        request = request_of(column, turns, number, answer.llm, controls.temperature, longest)
        carried = [turn.attachment for turn in request.turns if turn.attachment is not None]
        images = [attachment for attachment in carried if attachment.kind == "image"]
        refusal = self._completions.why_not(answer.llm, keys, (images or carried or [None])[-1], request.turns)
        unanswered = [turns[earlier] for earlier in column.unanswered(number)] if refusal else []
        estimate = estimate_request(catalogue, controls, request, unanswered)
        return dataclasses.replace(answer, request=request, refusal=refusal, estimate=estimate)


def _kept(answer: Answer, turn: int, earlier: Answer) -> Answer:
    """A routed column's answer where it stays with the LLM of an earlier turn: no router runs."""
    return dataclasses.replace(answer, llm=earlier.llm, decision=earlier.decision, kept_from=turn)


def _routed(answer: Answer, decided: Decision | PlaygroundError, controls: CompareControls) -> Answer:
    """A routed column's answer: the router's pick, unless the user overrides it."""
    failure = decided if isinstance(decided, PlaygroundError) else None
    decision = None if isinstance(decided, PlaygroundError) else decided
    answer = dataclasses.replace(answer, decision=decision, router_failure=failure)
    if controls.override:
        return dataclasses.replace(answer, overridden=True)
    return dataclasses.replace(answer, llm=decision.llm if decision else "")
