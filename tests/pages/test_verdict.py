"""The verdict counts learnt routers, says how united they are, and stacks dots that would touch."""

from itertools import pairwise

from pages._cards import decision_cards
from pages._verdict import LANE_GAP, verdict_of
from pages._view import default_view
from router_models import RouterPanel
from tests.pages.conftest import MakeRun


def learnt(panel: RouterPanel) -> list[str]:
    return [name for name in panel.ids if panel[name].family != "baseline"]


def test_all_agree(panel: RouterPanel, make_run: MakeRun) -> None:
    run = make_run(**{name.replace("-", "_"): 0.99 for name in learnt(panel)}, always_weak=0.0)
    verdict = verdict_of(decision_cards(panel, run, default_view(panel)))
    assert (verdict.escalating, verdict.counted) == (len(learnt(panel)), len(learnt(panel)))
    assert verdict.comment == "all agree"
    assert verdict.learnt_only
    assert verdict.counted_all == len(panel.ids)
    assert verdict.escalating <= verdict.escalating_all < verdict.counted_all


def test_half_against_half_is_a_split_panel(panel: RouterPanel, make_run: MakeRun) -> None:
    names = learnt(panel)
    chosen = {name.replace("-", "_"): 0.99 if i % 2 else 0.001 for i, name in enumerate(names)}
    verdict = verdict_of(decision_cards(panel, make_run(**chosen), default_view(panel)))
    assert verdict.escalating == len(names) // 2
    assert "split" in verdict.comment


def test_costs_go_from_the_cheapest_to_the_dearest_counted_pick(panel: RouterPanel, make_run: MakeRun) -> None:
    cards = decision_cards(panel, make_run(always_strong=1.0, random=1.0), default_view(panel))
    verdict = verdict_of(cards)
    costs = {c.decision.estimated_cost_usd for c in cards if not c.baseline and c.decision.estimated_cost_usd}
    assert verdict.cheapest is not None
    assert verdict.dearest is not None
    assert verdict.cheapest.decision.estimated_cost_usd == min(costs)
    assert verdict.dearest.decision.estimated_cost_usd == max(costs)
    everyone = {card.decision.estimated_cost_usd for card in cards if card.decision.estimated_cost_usd}
    assert max(everyone) > max(costs), "the baselines must be dearer, or the test cannot fail"


def test_every_router_has_a_dot_that_touches_no_other(panel: RouterPanel, make_run: MakeRun) -> None:
    verdict = verdict_of(decision_cards(panel, make_run(semantic=0.11, keras_cnn=0.5), default_view(panel)))
    assert {dot.card.router.router for dot in verdict.dots} == set(panel.ids)
    assert verdict.lanes > 1, "routers with equal scores must be stacked"
    for lane in range(verdict.lanes):
        places = sorted(dot.card.decision.p_strong for dot in verdict.dots if dot.lane == lane)
        assert places
        assert all(right - left >= LANE_GAP for left, right in pairwise(places))


def test_a_panel_of_baselines_counts_them(panel: RouterPanel, make_run: MakeRun) -> None:
    cards = [card for card in decision_cards(panel, make_run(), default_view(panel)) if card.baseline]
    verdict = verdict_of(cards)
    assert not verdict.learnt_only
    assert verdict.counted == len(cards)


def test_what_most_routers_pick_can_be_run_as_its_first_router_says(panel: RouterPanel, make_run: MakeRun) -> None:
    view = default_view(panel)
    run = make_run(semantic=0.9, **{name.replace("-", "_"): 0.99 for name in learnt(panel) if name.startswith("keras")})
    cards = decision_cards(panel, run, view)
    favourite = verdict_of(cards).favourite
    assert favourite is not None
    assert favourite.decision.llm == view.pool.serves["weak"]
    assert favourite.router.router == "encoder-3way", "the first learnt one that picks it"
    backwards = verdict_of(cards[::-1]).favourite
    assert backwards is not None
    assert backwards.router.router == "cascade"


def test_an_edited_router_is_not_what_the_compare_page_can_ask(panel: RouterPanel, make_run: MakeRun) -> None:
    view = default_view(panel)
    run = make_run()
    cards = decision_cards(panel, run, view, {"cascade": panel["cascade"]})
    assert [card.router.router for card in cards if card.edited] == ["cascade"]
    favourite = verdict_of(cards[::-1]).favourite
    assert favourite is not None
    assert favourite.router.router == "ensemble"
    only = [card for card in cards if card.edited]
    assert verdict_of(only).favourite is None


def test_counts_are_not_final_while_routers_are_asked(panel: RouterPanel, make_run: MakeRun) -> None:
    cards = decision_cards(panel, make_run(), default_view(panel))
    assert verdict_of(cards).pending == 0
    assert verdict_of(cards, pending=3).pending == 3


def test_a_dot_knows_its_routers_threshold(panel: RouterPanel, make_run: MakeRun) -> None:
    verdict = verdict_of(decision_cards(panel, make_run(), default_view(panel)))
    thresholds = {dot.card.router.router: dot.threshold for dot in verdict.dots}
    assert thresholds["keras-cnn"] == panel["keras-cnn"].card.threshold
    assert thresholds["semantic"] is None
    assert thresholds["always-strong"] is None
