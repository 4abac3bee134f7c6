"""The verdict above the cards: do the routers agree, what would it cost, and how far apart are they?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pages._cards import DecisionCard

LANE_GAP = 0.035
"""Dots nearer to each other than this share of the axis are stacked, so that each can be seen and hit."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One router on the p_strong axis; `lane` counts upwards from the axis."""

    card: DecisionCard
    lane: int

    @property
    def threshold(self) -> float | None:
        """Where on the axis the router starts to escalate; None where no threshold decides."""
        return self.card.decision.threshold if self.card.thresholded else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the panel says as a whole.

    Attributes:
        escalating: How many of `counted` pick more than the cheapest route.
        counted: Routers that the verdict counts: the learnt ones, or all where none is learnt.
        learnt_only: Whether baselines are left out of the count.
        escalating_all: As `escalating`, baselines included.
        counted_all: All routers that decided.
        comment: How united they are.
        cheapest: The counted card with the lowest estimated cost; None where no LLM has a price.
        dearest: The counted card with the highest.
        dots: All routers on the p_strong axis.
        lanes: Height of the tallest stack of dots.
        pending: How many routers are still being asked, so that the counts are not final.
        favourite: A card with the LLM that most counted routers pick, of the first router that picks it; None where
            only routers that the user edited do.
    """

    escalating: int
    counted: int
    learnt_only: bool
    escalating_all: int
    counted_all: int
    comment: str
    cheapest: DecisionCard | None
    dearest: DecisionCard | None
    dots: tuple[Dot, ...]
    lanes: int
    pending: int = 0
    favourite: DecisionCard | None = None


def verdict_of(cards: Sequence[DecisionCard], pending: int = 0) -> Verdict:
    """Sums up the decisions of a panel.

    Args:
        cards: Most useful routers first.
        pending: How many routers are still being asked.
    """
    counted = [card for card in cards if not card.baseline] or list(cards)
    escalating = sum(card.decision.escalates for card in counted)
    priced = [card for card in counted if card.decision.estimated_cost_usd is not None]
    dots = _stacked(cards)
    return Verdict(
        escalating=escalating,
        counted=len(counted),
        learnt_only=len(counted) < len(cards),
        escalating_all=sum(card.decision.escalates for card in cards),
        counted_all=len(cards),
        comment=_comment(escalating, len(counted)),
        cheapest=min(priced, key=_cost, default=None),
        dearest=max(priced, key=_cost, default=None),
        dots=dots,
        lanes=1 + max((dot.lane for dot in dots), default=0),
        pending=pending,
        favourite=_favourite(counted),
    )


def _favourite(cards: Sequence[DecisionCard]) -> DecisionCard | None:
    """Of equally frequent LLMs the one that comes first counts."""
    [(llm, _)] = Counter(card.decision.llm for card in cards).most_common(1)
    return next((card for card in cards if card.decision.llm == llm and not card.edited), None)


def _cost(card: DecisionCard) -> Decimal:
    return card.decision.estimated_cost_usd or Decimal(0)


def _comment(escalating: int, counted: int) -> str:
    minority = min(escalating, counted - escalating)
    if counted == 1:
        return "a panel of one"
    if minority == 0:
        return "all agree"
    if 3 * minority >= counted:
        return "a split panel: worth a look"
    return f"a clear majority, {minority} disagree{'s' if minority == 1 else ''}"


def _stacked(cards: Sequence[DecisionCard]) -> tuple[Dot, ...]:
    """Gives every dot the lowest lane in which it does not touch its left neighbour."""
    ends: list[float] = []
    dots: list[Dot] = []
    for card in sorted(cards, key=lambda card: card.decision.p_strong):
        p = card.decision.p_strong
        lane = next((i for i, end in enumerate(ends) if p - end >= LANE_GAP), len(ends))
        if lane == len(ends):
            ends.append(p)
        ends[lane] = p
        dots.append(Dot(card, lane))
    return tuple(dots)
