"""What the panel would do with a prompt that is labelled: how many routers escalate, and who agrees with the label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages._cards import DecisionCard, decision_cards
from pages._label_words import TIER_CHOICES
from pages._templates import render
from pages._view import default_view
from router_models import RouterPanel
from router_models.prompts import clean_prompt

CHEAPEST = 1


@dataclass(frozen=True, slots=True)
class PickGroup:
    """Routers that pick the same route.

    Attributes:
        tier: Of that route, as its sign shows it.
        route: Its name.
        routers: Their titles.
    """

    tier: int
    route: str
    routers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the learnt routers say of one prompt.

    Attributes:
        escalating: How many pick more than the cheapest route.
        counted: How many there are.
        agreeing: How many a label agrees with; None without a tier to agree with.
        groups: Who picks what, cheapest first.
    """

    escalating: int
    counted: int
    agreeing: int | None
    groups: tuple[PickGroup, ...]


def opinion_of(cards: Sequence[DecisionCard], tier: int | None) -> Opinion:
    """Sums up decisions; baselines do not read the prompt and are left out.

    Args:
        cards: The panel's decisions.
        tier: What the annotator said; None if they named no tier.
    """
    learnt = [card for card in cards if not card.baseline]
    picks = sorted({_pick(card) for card in learnt})
    groups = tuple(
        PickGroup(*pick, tuple(card.router.title for card in learnt if _pick(card) == pick)) for pick in picks
    )
    agreeing = None if tier is None else sum(_agrees(card, tier) for card in learnt)
    return Opinion(sum(card.decision.escalates for card in learnt), len(learnt), agreeing, groups)


def _pick(card: DecisionCard) -> tuple[int, str]:
    return card.tier, card.decision.route


def _agrees(card: DecisionCard, tier: int) -> bool:
    """Whether the pick serves that tier: two-route routers know only the cheapest and the rest."""
    routes = list(card.decision.distribution)
    if len(routes) == len(TIER_CHOICES):
        return routes.index(card.decision.route) == tier - 1
    return card.decision.escalates == (tier > CHEAPEST)


def opinion_html(panel: RouterPanel, prompt: object, tier: int | None) -> str:
    """Runs the routers that do not wait for an LLM, and says what they pick.

    Args:
        panel: The routers.
        prompt: Text of the prompt.
        tier: What the annotator said; None before the label, or if they named no tier.

    Raises:
        PlaygroundError: The prompt cannot be routed.
    """
    run = panel.run(clean_prompt(prompt))
    cards = decision_cards(panel, run, default_view(panel))
    return render("label_panel.html", opinion=opinion_of(cards, tier))
