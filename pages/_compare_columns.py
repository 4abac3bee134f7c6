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
        decision: The router's decision, in a routed column.
        router_failure: Why there is no decision, in a routed column whose router could not run.
        kept: Whether the routed column stayed with the LLM of an earlier turn.
        overridden: Whether the user chose another LLM than the router.
        completion: The answer as far as it has come; None before it starts, or if the LLM is not asked.
        refusal: Why the LLM was not asked; None if it was.
        estimate: What the answer would cost.
        shared_with: Place of the column in which the same question was asked of the same LLM; None if none was.
    """

    llm: str
    choice: str
    decision: Decision | None = None
    router_failure: PlaygroundError | None = None
    kept: bool = False
    overridden: bool = False
    completion: Completion | None = None
    refusal: PlaygroundError | None = None
    estimate: CostEstimate | None = None
    shared_with: int | None = None

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

    def routed_llm(self, router: str, before: int) -> str:
        """Id of the LLM to which a router sent the column last, before a turn; '' if it never did."""
        earlier = [answer for number, answer in sorted(self.answers.items()) if number < before]
        routed = [a.llm for a in earlier if a.decision and a.decision.router == router and not a.overridden]
        return routed[-1] if routed else ""


def request_of(
    column: Column, turns: Sequence[UserTurn], number: int, llm: str, temperature: float | None, max_tokens: int
) -> ChatRequest:
    """The request of one column in one turn: what this column has said before is its history.

    Turns without an answer in this column are left out, as not every provider takes two questions in a row.

    Args:
        column: Whose history it is.
        turns: What the user said.
        number: Which turn it is, from 0.
        llm: Id of the LLM.
        temperature: See `CompareControls`.
        max_tokens: See `CompareControls`.
    """
    chat: list[Turn] = []
    for earlier in range(number):
        answer = column.answers.get(earlier)
        if answer is not None and answer.text.strip():
            chat.append(Turn("user", turns[earlier].text, turns[earlier].attachment))
            chat.append(Turn("assistant", answer.text))
    chat.append(Turn("user", turns[number].text, turns[number].attachment))
    return ChatRequest(llm=llm, turns=tuple(chat), temperature=temperature, max_tokens=max_tokens)
