"""What stands under an answer of the Compare page: who answered, how fast, at what price, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from errors import PlaygroundError
from llms.completion import Completion, StopReason
from llms.cost import NO_PRICE, format_usd
from pages._compare_columns import Answer

STOPS: dict[StopReason, str] = {
    "stop": "finished",
    "length": "reached the longest answer allowed",
    "filter": "stopped by the provider's content filter",
    "stopped": "stopped by you",
    "cut off": "cut off: the connection broke",
    "failed": "failed",
}
"""How an answer ended, in words."""

FROM_CACHE = "from cache, 0 USD"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value, and what must be said beside it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one answer.

    Attributes:
        state: One or two words on where the answer is: `waiting`, `writing`, or how it ended.
        rows: Label and value, in order.
        failure: What went wrong and the mend; None if nothing did.
        partial: Whether the text above is only a part of the answer.
    """

    state: str
    rows: tuple[Fact, ...] = ()
    failure: PlaygroundError | None = None
    partial: bool = False


def facts_of(answer: Answer) -> Facts:
    """The facts of an answer, as far as it has come."""
    completion = answer.completion
    if completion is None:
        return Facts("waiting")
    rows = [
        _who(completion),
        Fact("First token", _seconds(completion.first_token_ms)),
    ]
    if completion.stop is None:
        state = completion.waiting or (
            "writing" if completion.text else "thinking" if completion.reasoning else "waiting"
        )
        return Facts(state, tuple(rows))
    rows.append(Fact("Total", _seconds(completion.total_ms), _attempts(completion)))
    rows += _tokens(completion)
    rows.append(_cost(completion))
    rows.append(Fact("Ended", STOPS[completion.stop]))
    partial = bool(completion.text) and completion.stop in {"cut off", "stopped", "failed"}
    return Facts(STOPS[completion.stop], tuple(rows), completion.failure, partial)


def _seconds(duration_ms: float | None) -> str:
    if duration_ms is None:
        return "–"
    return f"{duration_ms:,.0f} ms" if duration_ms < 999.5 else f"{duration_ms / 1000:,.1f} s"


def _who(completion: Completion) -> Fact:
    if completion.answered_by:
        return Fact("Answered by", completion.answered_by)
    unsaid = "its provider does not say" if completion.text else ""
    return Fact("Answered by", completion.llm if completion.text else "–", unsaid)


def _attempts(completion: Completion) -> str:
    return f"{completion.attempts} attempts" if completion.attempts > 1 else ""


def _tokens(completion: Completion) -> list[Fact]:
    usage = completion.usage
    if usage is None:
        return [Fact("Tokens", "–")]
    counted = "counted here" if usage.counted else ""
    thought = f"{usage.reasoning_tokens:,} of them reasoning" if usage.reasoning_tokens else ""
    cached = f"{usage.cached_tokens:,} of them cached by the provider" if usage.cached_tokens else ""
    return [
        Fact("Tokens in", f"{usage.input_tokens:,}", "; ".join(note for note in (cached, counted) if note)),
        Fact("Tokens out", f"{usage.output_tokens:,}", "; ".join(note for note in (thought, counted) if note)),
    ]


def _cost(completion: Completion) -> Fact:
    if completion.from_cache:
        return Fact("Cost", FROM_CACHE)
    cost = completion.cost
    if completion.usage is None:
        return Fact("Cost", "–", "nothing was answered")
    if cost is None or cost.usd is None:
        return Fact("Cost", NO_PRICE, cost.note if cost else "")
    dated = f"prices of {cost.price.as_of}" if cost.price else ""
    return Fact("Cost", format_usd(cost.usd), "; ".join(note for note in (dated, cost.note) if note))
