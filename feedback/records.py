"""What the store takes and gives: comparisons with decisions and answers, and votes. Nothing here knows a database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from llms.attachment import AttachmentKind

if TYPE_CHECKING:  # only their attributes are read: the store works without routers and LLMs, and starts without them
    from llms.completion import Completion
    from router_models.card import RouterCard
    from router_models.decision import Decision

Choice = Literal["left", "right", "tie", "both bad"]


def new_id() -> str:
    """An id that nobody can guess; making it before saving is what makes a second save harmless."""
    return uuid4().hex


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def weights_version(card: RouterCard) -> str:
    """Which weights of a router decided: the card's version and a hash of the card, which every training changes."""
    return f"{card.version}-{hashlib.sha256(card.model_dump_json().encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One router's decision as it was shown; attributes as in `Decision`, and `version` says which weights decided."""

    router: str
    version: str
    route: str
    llm: str
    p_strong: float
    threshold: float | None
    confidence: float
    distribution: Mapping[str, float]
    latency_ms: float
    estimated_cost_usd: Decimal | None

    @classmethod
    def of(cls, decision: Decision, card: RouterCard) -> DecisionRecord:
        """What is kept of a decision of the router with that card."""
        return cls(
            router=decision.router,
            version=weights_version(card),
            route=decision.route,
            llm=decision.llm,
            p_strong=decision.p_strong,
            threshold=decision.threshold,
            confidence=decision.confidence,
            distribution=decision.distribution,
            latency_ms=decision.latency_ms,
            estimated_cost_usd=decision.estimated_cost_usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRecord:
    """One column's answer; a retried column is another record with another id.

    Attributes:
        position: Column, from 0 on the left, as shown.
        text: The answer; kept only with the author's consent.
        failure: Name of the error that ended it; '' without. Messages are not kept: they may quote.
        cost_usd: What was paid: 0 where `from_cache` is set, whatever its LLM asks for, so averages of a price leave
            those out; None where there is no price.
        price_as_of: Day of the price behind `cost_usd`.
        llm, answered_by, stop, first_token_ms, total_ms, attempts, from_cache: As in `Completion`.
        input_tokens, output_tokens, reasoning_tokens, tokens_counted: Its usage; None where it has none.
    """

    id: str = field(default_factory=new_id)
    position: int
    llm: str
    answered_by: str = ""
    text: str = field(default="", repr=False)
    stop: str = "stop"
    failure: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    tokens_counted: bool | None = None
    cost_usd: Decimal | None = None
    price_as_of: date | None = None
    first_token_ms: float | None = None
    total_ms: float = 0.0
    attempts: int = 1
    from_cache: bool = False
    created_at: datetime = field(default_factory=now)

    @classmethod
    def of(cls, completion: Completion, position: int) -> CompletionRecord:
        """What is kept of an answer that has ended."""
        usage, cost = completion.usage, completion.cost
        return cls(
            position=position,
            llm=completion.llm,
            answered_by=completion.answered_by,
            text=completion.text,
            stop=completion.stop or "stopped",
            failure=type(completion.failure).__name__ if completion.failure else "",
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            reasoning_tokens=usage.reasoning_tokens if usage else None,
            tokens_counted=usage.counted if usage else None,
            cost_usd=cost.usd if cost else None,
            price_as_of=cost.price.as_of if cost and cost.price else None,
            first_token_ms=completion.first_token_ms,
            total_ms=completion.total_ms,
            attempts=completion.attempts,
            from_cache=completion.from_cache,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One turn of a comparison: a prompt, what routers decided, and what LLMs answered.

    Attributes:
        id: Of the whole conversation (`new_id`).
        turn: 0 for the first prompt, then counting.
        author: A pseudonym for who asked; no name, no address.
        prompt: What was asked; kept only with consent.
        consent: Whether the author agreed to prompt and answers being kept.
        pool: LLM by route.
        router: Id of the router whose pick one column follows; '' if none.
        decisions: Of that router, or of the whole panel.
        completions: One per column that has ended; further ones may be saved later.
        temperature: Asked for; None where the provider chose.
        attachment: Kind of attachment.
        blind: Whether names were hidden until the vote.
    """

    id: str = field(default_factory=new_id)
    turn: int = 0
    author: str
    prompt: str = field(repr=False)
    consent: bool
    pool: Mapping[str, str]
    router: str = ""
    decisions: tuple[DecisionRecord, ...] = ()
    completions: tuple[CompletionRecord, ...] = ()
    temperature: float | None = None
    attachment: AttachmentKind | None = None
    blind: bool = False
    created_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Which of two answers is better; there is one per turn of a comparison.

    Attributes:
        comparison: Id of the comparison.
        turn: Its turn.
        author: A pseudonym, as in `Comparison`.
        choice: The side that is better, or neither.
        left: Id of the completion that was shown on the left.
        right: Id of the one on the right.
    """

    comparison: str
    turn: int = 0
    author: str
    choice: Choice
    left: str
    right: str
    created_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class StoredVote:
    """A vote as it was kept, with the LLMs that the sides turned out to be and what was paid: 0 out of the cache."""

    vote: Vote
    left_llm: str
    right_llm: str
    left_cost_usd: Decimal | None
    right_cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is kept: turns of comparisons, answers, and votes by choice."""

    turns: int
    completions: int
    votes: Mapping[Choice, int]
