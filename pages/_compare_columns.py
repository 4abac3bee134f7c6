"""The columns of the Compare page: which LLM each asks in a turn, and what it has answered so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from errors import PlaygroundError
from llms.attachment import Attachment
from llms.chat_request import ChatRequest, Turn
from llms.completion import Completion
from llms.cost import CostEstimate
from pages._compare_typed import as_typed
from router_models import Decision

COMPLETE = frozenset({"stop", "length", "filter"})
"""How an answer ends that its LLM has ended: only those can be voted on."""

SHOWN_CHARACTERS = 1_200
"""Of a prompt, in each column; the rest is sent but not shown again."""


@dataclass(frozen=True)
class UserTurn:
    """What the user said in one turn."""

    text: str
    attachment: Attachment | None = None

    @cached_property
    def shown(self) -> str:
        """Markdown for the chatbot; kept, as every word of every answer draws the whole conversation."""
        shown = as_typed(self.text[:SHOWN_CHARACTERS])
        if len(self.text) > SHOWN_CHARACTERS:
            shown += f"\n\n*… {len(self.text):,} characters in all*"
        if self.attachment is not None:
            shown += f"\n\n*{self.attachment.kind}: {as_typed(self.attachment.name)}*"
        return shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What one column has to say in one turn.

    Attributes:
        llm: Id of the LLM that the column asks; '' where a router could not decide.
        choice: What the column was set to, see `CompareControls.choices`.
        decision: The router's decision, in a routed column; where its LLM is kept, that of the turn it is kept from.
        router_failure: Why there is no decision, in a routed column whose router could not run.
        kept_from: The turn, from 0, whose LLM the routed column stayed with, so that no router ran; None if one did.
        overridden: Whether the user chose another LLM than the router.
        request: What its LLM is asked; None where there is no LLM.
        completion: The answer as far as it has come; None before it starts, or if the LLM is not asked.
        refusal: Why the LLM was not asked; None if it was.
        estimate: What the answer would cost.
        shared_with: Place of the column in which the same question was asked of the same LLM; None if none was.
    """

    llm: str
    choice: str
    decision: Decision | None = None
    router_failure: PlaygroundError | None = None
    kept_from: int | None = None
    overridden: bool = False
    request: ChatRequest | None = None
    completion: Completion | None = None
    refusal: PlaygroundError | None = None
    estimate: CostEstimate | None = None
    shared_with: int | None = None

    @property
    def routed_now(self) -> Decision | None:
        """The decision, if a router made it on this very turn."""
        return self.decision if self.kept_from is None else None

    @property
    def asked(self) -> bool:
        """Whether the LLM is asked at all."""
        return self.refusal is None and bool(self.llm)

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.asked and (self.completion is None or self.completion.stop is None)

    @property
    def complete(self) -> bool:
        """Whether the LLM has ended its answer itself."""
        return self.completion is not None and self.completion.stop in COMPLETE

    @property
    def text(self) -> str:
        """The answer's text so far."""
        return self.completion.text if self.completion else ""


@dataclass(slots=True)
class Column:
    """One column: its answers by turn; turns before it was added have none."""

    answers: dict[int, Answer] = field(default_factory=dict)

    def routed(self, router: str, before: int) -> tuple[int, Answer] | None:
        """The last turn before another in which a router sent the column to an LLM, and the answer; None if none did.

        A turn in which that LLM was kept is told as the one that it was kept from.
        """
        for number, answer in sorted(self.answers.items(), reverse=True):
            if number < before and answer.decision and answer.decision.router == router and not answer.overridden:
                return (number if answer.kept_from is None else answer.kept_from), answer
        return None

    def unanswered(self, before: int) -> list[int]:
        """Turns before another to which the column has no answer, from 0."""
        return [number for number in range(before) if not self._answered(number)]

    def history(self, turns: Sequence[UserTurn], before: int) -> list[Turn]:
        """What was said in this column before a turn.

        Turns without an answer are left out, as not every provider takes two questions in a row.
        """
        chat: list[Turn] = []
        for number in range(before):
            if self._answered(number):
                chat.append(Turn("user", turns[number].text, turns[number].attachment))
                chat.append(Turn("assistant", self.answers[number].text))
        return chat

    def _answered(self, number: int) -> bool:
        answer = self.answers.get(number)
        return answer is not None and bool(answer.text.strip())


def request_of(
    column: Column, turns: Sequence[UserTurn], number: int, llm: str, temperature: float | None, max_tokens: int
) -> ChatRequest:
    """The request of one column in one turn: what this column has said before is its history.

    Args:
        column: Whose history it is.
        turns: What the user said.
        number: Which turn it is, from 0.
        llm: Id of the LLM.
        temperature: See `CompareControls`.
        max_tokens: Longest answer in tokens.
    """
    chat = [*column.history(turns, number), Turn("user", turns[number].text, turns[number].attachment)]
    return ChatRequest(llm=llm, turns=tuple(chat), temperature=temperature, max_tokens=max_tokens)
