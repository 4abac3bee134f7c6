"""What the judges said of each prompt of a run, what it comes to, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from feedback.judge_plan import ORDERS, JudgePlan, Order
from feedback.judge_records import JudgedAnswer, JudgeRating, RunItem, RunRecord, rating_key
from feedback.judge_rubric import rubric_sha256
from feedback.judge_store import JudgeStore
from feedback.rows import sha256

SUFFICES = 4
"""Rating from which on the weak answer does."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge said, by the answer that it read first.

    Attributes:
        judge: Its id.
        ratings: 1 to 5 by order; an order in which it gave none is not in it.
        rationales: Why, by order.
    """

    judge: str
    ratings: Mapping[Order, int]
    rationales: Mapping[Order, str] = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether it rated in both orders."""
        return len(self.ratings) == len(ORDERS)

    @property
    def rating(self) -> float:
        """Mean of both orders."""
        return fmean(self.ratings.values())

    @property
    def shift(self) -> int:
        """How many points the weak answer gains by being read first."""
        return self.ratings["weak"] - self.ratings["reference"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One prompt of a run.

    Attributes:
        prompt_sha256: Its hash.
        opinions: Of the judges that gave any rating.
        combined: How their ratings become one.
        expected: How many judges there are.
        weak: The weak answer; None where there is none.
        reference: The reference; None where there is none.
    """

    prompt_sha256: str
    opinions: tuple[Opinion, ...]
    combined: str
    expected: int
    weak: JudgedAnswer | None = field(repr=False)
    reference: JudgedAnswer | None = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether every judge rated in both orders."""
        return len(self.opinions) == self.expected and all(opinion.whole for opinion in self.opinions)

    @property
    def rating(self) -> float | None:
        """All ratings as one, 1 to 5; None unless all are there."""
        return _combined([one.rating for one in self.opinions], self.combined) if self.whole else None

    @property
    def points(self) -> tuple[int, ...]:
        """All single ratings."""
        return tuple(rating for one in self.opinions for rating in one.ratings.values())

    @property
    def torn(self) -> bool:
        """Whether the order decides: read first the weak answer does, read second it does not, or the reverse."""
        if not self.whole:
            return False
        by_order = [_combined([float(one.ratings[order]) for one in self.opinions], self.combined) for order in ORDERS]
        return (by_order[0] >= SUFFICES) != (by_order[1] >= SUFFICES)

    def tier(self, reference_tier: int) -> int | None:
        """The cheapest tier that does: 1 from a rating of 4 on, else the reference's; None where that is not clear.

        Args:
            reference_tier: Tier of the LLM behind the reference answer.

        Source:
            Ong et al., RouteLLM, arXiv 2406.18665, section 4.1 (labels from a judge LLM); Anyscale, Building an LLM
            Router, 2024 (a rating of 4 or 5 means that the weak LLM does); Zheng et al., NeurIPS 2023, section 3.4
            (a verdict that changes with the order is none).
        """
        rating = self.rating
        if rating is None or self.torn:
            return None
        return 1 if rating >= SUFFICES else reference_tier

    @property
    def length_difference(self) -> int | None:
        """Characters that the weak answer has more than the reference; None where one is missing."""
        if self.weak is None or self.reference is None:
            return None
        return len(self.weak.text) - len(self.reference.text)


def results(record: RunRecord, items: Sequence[RunItem], store: JudgeStore) -> list[Judged]:
    """What is known of every prompt of a run, whoever paid for it, in the run's order.

    Args:
        record: The run.
        items: Its prompts.
        store: Where judgements are kept.

    Raises:
        StoreError: The store failed.
    """
    plan = record.plan
    found = store.answers([key for item in items for key in (item.weak_key, item.reference_key)])
    answers = {key: next((one for one in kept if not one.paid.failure), None) for key, kept in found.items()}
    wanted = {
        item: _rating_keys(item, record, answers.get(item.weak_key), answers.get(item.reference_key)) for item in items
    }
    ratings = store.ratings([key for by_judge in wanted.values() for key in by_judge.values()])
    return [
        Judged(
            item.prompt_sha256,
            _opinions(plan, wanted[item], ratings),
            plan.combine,
            len(plan.judges),
            answers.get(item.weak_key),
            answers.get(item.reference_key),
        )
        for item in items
    ]


def _rating_keys(
    item: RunItem, record: RunRecord, weak: JudgedAnswer | None, reference: JudgedAnswer | None
) -> dict[tuple[str, Order], str]:
    if weak is None or reference is None:
        return {}
    texts = (item.prompt_sha256, sha256(weak.text), sha256(reference.text))
    plan, told = record.plan, rubric_sha256(record.plan.rubric)
    return {
        (judge, order): rating_key(texts, record.who[judge], order, told, plan.judge_tokens)
        for judge in plan.judges
        for order in ORDERS
    }


def _opinions(
    plan: JudgePlan, keys: Mapping[tuple[str, Order], str], kept: Mapping[str, Sequence[JudgeRating]]
) -> tuple[Opinion, ...]:
    opinions = []
    for judge in plan.judges:
        rated = {
            order: one
            for order in ORDERS
            if (key := keys.get((judge, order))) is not None
            for one in kept.get(key, ())
            if one.rating is not None
        }
        if rated:
            ratings = {order: one.rating for order, one in rated.items() if one.rating is not None}
            opinions.append(Opinion(judge, ratings, {order: one.rationale for order, one in rated.items()}))
    return tuple(opinions)


def _combined(ratings: Sequence[float], how: str) -> float:
    return median(ratings) if how == "median" else fmean(ratings)
