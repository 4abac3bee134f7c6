"""What the panel thinks of a labelled prompt: counted over learnt routers, against tiers of two kinds of router."""

from collections import Counter

import pytest

from errors import BadInputError
from pages._cards import decision_cards
from pages._label_panel import opinion_html, opinion_of
from pages._view import default_view
from router_models import RouterPanel
from tests.pages.conftest import MakeRun


def test_only_learnt_routers_count(panel: RouterPanel, make_run: MakeRun) -> None:
    cards = decision_cards(panel, make_run(knn=0.99, always_strong=0.99), default_view(panel))
    opinion = opinion_of(cards, None)
    learnt = [card for card in cards if not card.baseline]
    assert opinion.counted == len(learnt) < len(cards)
    assert opinion.escalating == sum(card.decision.escalates for card in learnt) > 0
    assert opinion.agreeing is None
    assert sum(len(group.routers) for group in opinion.groups) == opinion.counted
    assert [group.tier for group in opinion.groups] == sorted(group.tier for group in opinion.groups)


def test_a_label_agrees_with_two_routes_by_escalation_and_with_three_by_the_route(
    panel: RouterPanel, make_run: MakeRun
) -> None:
    cards = [card for card in decision_cards(panel, make_run(), default_view(panel)) if not card.baseline]
    agreeing = {tier: opinion_of(cards, tier).agreeing for tier in (1, 2, 3)}
    for tier in (1, 2, 3):
        expected = 0
        for card in cards:
            routes = list(card.decision.distribution)
            picked = routes.index(card.decision.route)
            expected += picked == tier - 1 if len(routes) == 3 else (picked > 0) == (tier > 1)
        assert agreeing[tier] == expected
    two = [card for card in cards if len(card.decision.distribution) == 2]
    assert opinion_of(two, 2).agreeing == opinion_of(two, 3).agreeing
    assert opinion_of(two, 1).agreeing == Counter(card.decision.escalates for card in two)[False]


def test_the_sentence_counts_the_real_panel(panel: RouterPanel) -> None:
    html = opinion_html(panel, "Prove that there are infinitely many primes.", 3)
    assert "learnt routers escalate" in html
    assert "with your label" in html
    assert "with your label" not in opinion_html(panel, "Hello", None)


def test_what_cannot_be_routed_is_said(panel: RouterPanel) -> None:
    with pytest.raises(BadInputError, match="empty"):
        opinion_html(panel, "   ", None)
