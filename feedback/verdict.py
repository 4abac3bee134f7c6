"""Would the router have been right? What a vote on two answers says of the routers that picked one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from feedback.records import Choice

Ruling = Literal["right", "wrong", "not judged"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two answers that were voted on.

    Attributes:
        llm: Id of the LLM behind it.
        cost_usd: What the answer cost, or would have cost had it not come from the cache; None without a price.
    """

    llm: str
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a router's pick would have been right, and why, as one sentence."""

    ruling: Ruling
    why: str


_NO_CHOICE = Verdict("not judged", "It could not have picked both LLMs: one is not in its pool.")


def judge(
    choice: Choice,
    left: Side,
    right: Side,
    picks: Mapping[str, str],
    offered: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Verdict]:
    """Judges every router by a vote.

    A pick is right if its answer won. If both are equally good, the cheaper one is right. A vote says nothing of a
    router that picked neither LLM, or that could not have picked both, and nothing of any router if both
    answers are bad.

    Args:
        choice: The vote.
        left: The answer on the left.
        right: The answer on the right.
        picks: Id of the LLM that each router picked, by router id.
        offered: Ids of the LLMs that it could have picked, by router id; None, or no entry, is both.
    """
    verdicts = {router: _verdict(choice, left, right, pick) for router, pick in picks.items()}
    if offered is None:
        return verdicts
    both = {left.llm, right.llm}
    return {
        router: verdict if both <= set(offered.get(router, both)) else _NO_CHOICE
        for router, verdict in verdicts.items()
    }


def _verdict(choice: Choice, left: Side, right: Side, pick: str) -> Verdict:
    if left.llm == right.llm:
        return Verdict("not judged", "Both answers come from the same LLM.")
    if pick not in {left.llm, right.llm}:
        return Verdict("not judged", "Its pick is neither of the two LLMs.")
    if choice == "both bad":
        return Verdict("not judged", "Neither answer is good enough.")
    picked, other = (left, right) if pick == left.llm else (right, left)
    if choice == "tie":
        return _on_tie(picked, other)
    if (choice == "left") == (picked is left):
        return Verdict("right", "Its pick won.")
    return Verdict("wrong", "Its pick lost.")


def _on_tie(picked: Side, other: Side) -> Verdict:
    if picked.cost_usd is None or other.cost_usd is None:
        return Verdict("not judged", "Both are equally good, and which is cheaper is not known.")
    if picked.cost_usd == other.cost_usd:
        return Verdict("right", "Both are equally good and cost the same.")
    if picked.cost_usd < other.cost_usd:
        return Verdict("right", "Both are equally good, and its pick is the cheaper one.")
    return Verdict("wrong", "Both are equally good, and its pick is the dearer one.")
