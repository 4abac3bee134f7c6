"""In which order the cards stand, and which of them the view's filters leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from pages._cards import DecisionCard, PendingCard
from pages._view import RouteView, Sort
from router_models import RouterPanel

AnyCard = TypeVar("AnyCard", DecisionCard, PendingCard)
Place = tuple[bool, float, int, bool]


class CardOrder:
    """Sorts the cards.

    On a first visit those routers come first that did best over all benchmarks, because a reader looks at the first
    five and most routers know one kind of prompt only. Routers without such a place follow, baselines come last.

    Args:
        panel: Says in which order routers stand that are otherwise alike.
        places: Share of the other routers that each one beats, from `benchmarks.places`.
    """

    def __init__(self, panel: RouterPanel, places: Mapping[str, float]) -> None:
        self._line_up = panel.line_up
        self._places = places

    def shown(self, cards: Sequence[DecisionCard], view: RouteView) -> tuple[str, ...]:
        """Router ids of the cards to show under the view's filters, in its order."""
        kept = [
            card
            for card in cards
            if (not view.family or card.router.family == view.family) and (card.differs or not view.differing)
        ]
        key = _SORT_KEYS.get(view.sort)
        ranked = self.ranked(kept, view) if key is None else sorted(kept, key=key)
        return tuple(card.router.router for card in ranked)

    def ranked(self, cards: Sequence[AnyCard], view: RouteView) -> list[AnyCard]:
        """Cards by what is known of their routers before any prompt."""
        return sorted(cards, key=partial(self._place, view=view))

    def with_pending(
        self, cards: Sequence[DecisionCard], pending: Sequence[PendingCard], view: RouteView
    ) -> list[DecisionCard | PendingCard]:
        """Cards with the pending ones: where they will stand if that is known beforehand, else at the end."""
        shown: list[DecisionCard | PendingCard] = list(cards)
        if view.sort in _SORT_KEYS:
            return [*shown, *pending]
        for card in self.ranked(pending, view):
            place = self._place(card, view)
            behind = [i for i, other in enumerate(shown) if self._place(other, view) > place]
            shown.insert(behind[0] if behind else len(shown), card)
        return shown

    def _place(self, card: DecisionCard | PendingCard, view: RouteView) -> Place:
        name, place, beside = self._line_up.place(card.router.router)
        measured = self._places.get(name, 0.0) if view.sort == "measured" else 0.0
        return card.router.baseline, -measured, place, beside


def _by_p_strong(card: DecisionCard) -> float:
    return -card.decision.p_strong


def _by_confidence(card: DecisionCard) -> float:
    return -card.decision.confidence


def _by_cost(card: DecisionCard) -> float:
    cost = card.decision.estimated_cost_usd
    return float("inf") if cost is None else float(cost)


def _by_latency(card: DecisionCard) -> float:
    return card.decision.latency_ms


_SORT_KEYS: dict[Sort, Callable[[DecisionCard], float]] = {
    "p_strong": _by_p_strong,
    "confidence": _by_confidence,
    "cost": _by_cost,
    "latency": _by_latency,
}
