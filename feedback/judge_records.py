"""What the store of judgements takes and gives: answers, ratings, runs and how they stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from feedback.judge_plan import JudgePlan, Order
from feedback.judge_reading import RATIONALE_CHARACTERS
from feedback.records import new_id, now
from feedback.rows import sha256

if TYPE_CHECKING:
    from llms.completion import Completion

State = Literal["running", "finished", "stopped", "budget", "paused"]
"""It runs, every prompt has been dealt with, the user stopped it, the next request could exceed the budget, or an LLM
cannot be asked at the moment. A run whose last state is `running` although nothing works on it was broken off."""

NONSENSE = "nonsense"
"""What failed where a judge's answer held no rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What one answer of an LLM cost.

    Attributes:
        answered_by: The provider's own name of the LLM.
        failure: '' where the answer can be used, else what is wrong with it in a word.
        input_tokens, output_tokens, tokens_counted, cost_usd, price_as_of, total_ms: As in `CompletionRecord`.
    """

    answered_by: str = ""
    failure: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    tokens_counted: bool | None = None
    cost_usd: Decimal | None = None
    price_as_of: date | None = None
    total_ms: float = 0.0
    created_at: datetime = field(default_factory=now)

    @classmethod
    def of(cls, completion: Completion, failure: str) -> Paid:
        """What is kept of an answer beside its text."""
        usage, cost = completion.usage, completion.cost
        return cls(
            answered_by=completion.answered_by,
            failure=failure,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
            tokens_counted=usage.counted if usage else None,
            cost_usd=cost.usd if cost else None,
            price_as_of=cost.price.as_of if cost and cost.price else None,
            total_ms=completion.total_ms,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAnswer:
    """What an LLM answered to a prompt.

    Attributes:
        key: See `answer_key`.
        attempt: From 0; a key whose answers failed is asked again.
        run: Id of the run that paid for it.
        prompt_sha256: Hash of the prompt.
        llm: Its id, or `GIVEN`.
        max_tokens: Longest answer that was asked for.
        text: The answer.
        stop: How it ended.
        paid: What it cost.
    """

    key: str
    attempt: int
    run: str
    prompt_sha256: str
    llm: str
    max_tokens: int
    text: str = field(repr=False)
    stop: str
    paid: Paid


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRating:
    """What a judge said of a weak answer, in one order.

    Attributes:
        key: See `rating_key`.
        attempt: From 0; odd ones are repairs of the one before.
        run: Id of the run that paid for it.
        prompt_sha256, weak_sha256, reference_sha256: Hashes of the texts.
        judge: Id of the LLM.
        shown_first: Which answer it read first.
        rubric_sha256: Hash of what it was told.
        rating: 1 to 5; None where it gave none.
        rationale: Why, in its words; without a rating, what it said instead.
        paid: What it cost.
    """

    key: str
    attempt: int
    run: str
    prompt_sha256: str
    weak_sha256: str
    reference_sha256: str
    judge: str
    shown_first: Order
    rubric_sha256: str
    rating: int | None
    rationale: str = field(repr=False)
    paid: Paid

    def __post_init__(self) -> None:
        object.__setattr__(self, "rationale", self.rationale[:RATIONALE_CHARACTERS])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunItem:
    """One prompt of a run, by its hash, and the keys of its two answers."""

    prompt_sha256: str
    weak_key: str
    reference_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as it was started.

    Attributes:
        id: Made by the caller.
        author: Pseudonym of who started it.
        plan: Its settings.
        who: What tells each LLM of the plan from all others, by id; see `judge_plan.identity`.
    """

    id: str = field(default_factory=new_id)
    author: str
    plan: JudgePlan
    who: Mapping[str, str]
    created_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """How a run stands; attributes as in the table, `total` and the others count prompts."""

    id: str = field(default_factory=new_id)
    run: str
    state: State
    reason: str = ""
    done: int
    failed: int
    total: int
    created_at: datetime = field(default_factory=now)


def answer_key(prompt: str, who: str, max_tokens: int) -> str:
    """By what an answer is found again: prompt, LLM and parameters.

    Args:
        prompt: The text.
        who: See `judge_plan.identity`.
        max_tokens: Longest answer.
    """
    return _hash("answer", sha256(prompt), who, max_tokens, 0.0)


def given_key(prompt: str, answer: str) -> str:
    """By what an answer is found again that came with its prompt."""
    return _hash("given", sha256(prompt), sha256(answer))


def rating_key(texts: tuple[str, str, str], who: str, first: Order, rubric: str, max_tokens: int) -> str:
    """By what a rating is found again: the pair, the judge with its parameters, the order and the rubric.

    Args:
        texts: Hashes of prompt, weak answer and reference.
        who: The judge; see `judge_plan.identity`.
        first: Which answer it reads first.
        rubric: Hash of what it is told.
        max_tokens: Longest answer.
    """
    return _hash("rating", *texts, who, first, rubric, max_tokens, 0.0)


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
