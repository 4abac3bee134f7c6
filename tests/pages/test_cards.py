"""What the cards show, and which of them disagree."""

import dataclasses

import pytest

from pages._cards import decision_cards, tier_of, unavailable_cards
from pages._view import default_view
from router_models import RouterPanel
from tests.pages.conftest import MakeRun


def all_up(panel: RouterPanel) -> dict[str, float]:
    """A high p_strong for every learnt router."""
    return {name.replace("-", "_"): 0.99 for name in panel.ids if panel[name].family != "baseline"}


def test_tiers_go_from_cheapest_to_dearest() -> None:
    assert [tier_of(i, 2) for i in range(2)] == [1, 3]
    assert [tier_of(i, 3) for i in range(3)] == [1, 2, 3]
    assert [tier_of(i, 5) for i in range(5)] == [1, 2, 2, 2, 3]


def test_a_card_names_the_llm_of_the_pool_and_its_price(panel: RouterPanel, make_run: MakeRun) -> None:
    view = dataclasses.replace(default_view(panel), pool=panel.catalogue.pool("Mixtral-8x7B / GPT-4-turbo"))
    card = next(c for c in decision_cards(panel, make_run(), view) if c.router.router == "always-weak")
    assert card.llm.id == "mixtral-8x7b"
    assert [segment.llm for segment in card.segments] == ["mixtral-8x7b", "gpt-4-turbo"]
    assert card.decision.estimated_cost_usd is not None


def test_estimates_for_reasoning_llms_say_what_they_leave_out(panel: RouterPanel, make_run: MakeRun) -> None:
    view = default_view(panel)
    view = dataclasses.replace(view, pool=view.pool.with_route("strong", "o4-mini"))
    cards = decision_cards(panel, make_run(always_strong=1.0, always_weak=0.0), view)
    reasoning = [card for card in cards if card.llm.reasoning]
    plain = [card for card in cards if not card.llm.reasoning]
    assert plain
    assert reasoning
    assert all("hidden reasoning tokens" in card.decision.cost_note for card in reasoning)
    assert not any("hidden reasoning tokens" in card.decision.cost_note for card in plain)


def test_baselines_do_not_vote_but_may_disagree(panel: RouterPanel, make_run: MakeRun) -> None:
    cards = decision_cards(panel, make_run(**all_up(panel), always_strong=1.0, always_weak=0.0), default_view(panel))
    differs = {card.router.router: card.differs for card in cards}
    assert differs["always-weak"]
    assert not differs["always-strong"]
    assert not differs["semantic"]


def test_on_a_tie_nobody_disagrees(panel: RouterPanel, make_run: MakeRun) -> None:
    learnt = [name for name in panel.ids if panel[name].family != "baseline"]
    half = {name.replace("-", "_"): 0.95 for name in learnt[: len(learnt) // 2]}
    low = {name.replace("-", "_"): 0.01 for name in learnt[len(learnt) // 2 :]}
    cards = decision_cards(panel, make_run(**half, **low), default_view(panel))
    escalating = sum(card.decision.escalates for card in cards if not card.baseline)
    assert any(card.differs for card in cards) == (2 * escalating != len(learnt))


def test_the_unavailable_are_apart(panel: RouterPanel, make_run: MakeRun) -> None:
    run = make_run(gone=("semantic",))
    cards = decision_cards(panel, run, default_view(panel))
    assert "semantic" not in {card.router.router for card in cards}
    assert [gone.router.router for gone in unavailable_cards(panel, run)] == ["semantic"]


@pytest.mark.parametrize(
    ("threshold", "p_strong", "route", "bound"),
    [(0.25, 0.27, "strong", " ≥ 25 %"), (0.8, 0.7, "weak", " > 20 %"), (0.5, 0.1, "weak", " > 50 %")],
)
def test_a_confidence_stands_beside_what_it_had_to_reach(
    panel: RouterPanel, make_run: MakeRun, threshold: float, p_strong: float, route: str, bound: str
) -> None:
    view = dataclasses.replace(default_view(panel), thresholds={"keras-cnn": threshold})
    cards = {card.router.router: card for card in decision_cards(panel, make_run(keras_cnn=p_strong), view)}
    card = cards["keras-cnn"]
    assert card.decision.route == route
    assert card.bound == bound
    assert f"threshold of {threshold:.2f}" in card.rule
    assert cards["semantic"].bound == cards["always-weak"].bound == ""


def test_a_threshold_that_a_budget_bought_is_shown_but_cannot_be_set(panel: RouterPanel, make_run: MakeRun) -> None:
    cards = {card.router.router: card for card in decision_cards(panel, make_run(), default_view(panel))}
    assert not cards["cascade"].adjustable
    assert cards["cascade"].bound
    assert cards["keras-cnn"].adjustable
