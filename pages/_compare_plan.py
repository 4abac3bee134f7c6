"""Before anything is asked: which LLM each column will ask, why a column cannot ask its LLM, and what it would cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from errors import PlaygroundError
from llms.attachment import Attachment
from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest, Turn
from llms.cost import CostEstimate, estimate_cost_usd
from llms.keys import Keys
from llms.tokens import count_tokens
from pages._compare_columns import Answer, Column, UserTurn, request_of
from pages._compare_controls import ROUTED, CompareControls
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
    """

    def __init__(self, panel: RouterPanel, completions: Refuses) -> None:
        self.panel = panel
        self._completions = completions

    def preview(self, session: CompareSession, controls: CompareControls, prompt: object) -> dict[int, Answer]:
        """What the columns would do with a prompt that is being typed; no LLM is asked, not even by a router.

        Args:
            session: The tab.
            controls: The user's.
            prompt: The prompt so far; where it is empty only what needs no prompt is told.
        """
        places = range(len(controls.choices))
        typed = isinstance(prompt, str) and readable(prompt) and len(prompt) <= MAX_CHARACTERS
        if not typed or self.panel[controls.router].waits:
            return {} if session.turns else self._before(controls, session)
        turns = [*session.turns, UserTurn(str(prompt), session.attachment)]
        return self.plan(controls, session.columns, turns, len(turns) - 1, session.keys, places)

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
            choice = controls.choices[place]
            answer = Answer(llm=controls.fixed_llm(choice), choice=choice)
            if choice == ROUTED:
                decided = decided or self.decide(controls, turns[number])
                kept = columns[place].routed_llm(controls.router, number) if controls.keep_llm else ""
                answer = _routed(answer, decided, controls, kept)
            request = request_of(columns[place], turns, number, answer.llm, controls.temperature, controls.max_tokens)
            answer = self._weighed(answer, controls, request, keys)
            if answer.asked:
                first = next((other for other, same in asked.items() if same == request), place)
                asked.setdefault(place, request)
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
        return self.panel.decisions(run, controls.view.policy())[0]

    def _before(self, controls: CompareControls, session: CompareSession) -> dict[int, Answer]:
        """The LLMs that are known without a prompt, and why they cannot be asked."""
        answers = {}
        for place, choice in enumerate(controls.choices):
            llm = controls.fixed_llm(choice)
            refusal = self._completions.why_not(llm, session.keys, session.attachment) if llm else None
            answers[place] = Answer(llm=llm, choice=choice, refusal=refusal)
        return answers

    def _weighed(self, answer: Answer, controls: CompareControls, request: ChatRequest, keys: Keys) -> Answer:
        """With what it would cost, and why it is not asked."""
        if not answer.llm:
            return dataclasses.replace(answer, refusal=answer.router_failure)
        carried = [turn.attachment for turn in request.turns if turn.attachment is not None]
        images = [attachment for attachment in carried if attachment.kind == "image"]
        refusal = self._completions.why_not(answer.llm, keys, (images or carried or [None])[-1], request.turns)
        estimate = estimate_request(keys.catalogue(self.panel.catalogue), controls, request)
        return dataclasses.replace(answer, refusal=refusal, estimate=estimate)


def estimate_request(catalogue: Catalogue, controls: CompareControls, request: ChatRequest) -> CostEstimate:
    """What a request would cost at the expected answer length, with every assumption in its note."""
    encoding = catalogue[request.llm].encoding
    counts = [count_tokens(turn.whole_text, encoding) for turn in request.turns]
    tokens, view = sum(count.tokens for count in counts), controls.view
    estimate = estimate_cost_usd(
        catalogue, request.llm, tokens, view.output_tokens, reasoning_tokens=view.reasoning_tokens
    )
    if estimate.usd is None:
        return estimate
    about = "" if all(count.exact for count in counts) else "about "
    notes = [f"{about}{tokens:,} tokens in, {view.output_tokens:,} out assumed"]
    if any(turn.attachment is not None and turn.attachment.kind == "image" for turn in request.turns):
        notes.append("without the image's tokens")
    if estimate.price is not None:
        notes.append(f"prices of {estimate.price.as_of}")
    notes += [estimate.note] if estimate.note else []
    return dataclasses.replace(estimate, note="; ".join(notes))


def _routed(answer: Answer, decided: Decision | PlaygroundError, controls: CompareControls, kept: str) -> Answer:
    """A routed column's answer: the router's pick, unless the user overrides it or the column stays with its LLM."""
    failure = decided if isinstance(decided, PlaygroundError) else None
    decision = None if isinstance(decided, PlaygroundError) else decided
    answer = dataclasses.replace(answer, decision=decision, router_failure=failure)
    if controls.override:
        return dataclasses.replace(answer, overridden=True)
    if kept:
        return dataclasses.replace(answer, llm=kept, kept=True)
    return dataclasses.replace(answer, llm=decision.llm if decision else "")
