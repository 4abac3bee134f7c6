"""The cards' order and the view's filters."""

import dataclasses
from collections.abc import Callable, Mapping

import pytest

from pages._cards import decision_cards, pending_cards
from pages._order import CardOrder
from pages._view import RouteView, default_view
from router_models import RouterPanel
from tests.pages.conftest import MakeRun

PLACES = {"semantic": 0.9, "prompt-length": 0.95, "knn": 0.8, "causal-5star": 0.7, "keras-cnn": 0.1}


def shown(
    panel: RouterPanel, make_run: MakeRun, view: RouteView, places: Mapping[str, float] = PLACES, **p: float
) -> tuple[str, ...]:
    return CardOrder(panel, places).shown(decision_cards(panel, make_run(**p), view), view)


def test_a_first_visit_shows_the_best_measured_learnt_routers_first(panel: RouterPanel, make_run: MakeRun) -> None:
    names = shown(panel, make_run, default_view(panel))
    assert names[:4] == ("semantic", "knn", "causal-5star", "keras-cnn")
    unranked = [name for name in panel.ids if not panel[name].card.baseline and name not in PLACES]
    assert list(names[4 : 4 + len(unranked)]) == unranked
    assert names[4 + len(unranked)] == "prompt-length", "baselines come last, however good"


def test_by_family_the_panels_own_order_holds(panel: RouterPanel, make_run: MakeRun) -> None:
    names = shown(panel, make_run, dataclasses.replace(default_view(panel), sort="panel"))
    assert list(names) == sorted(panel.ids, key=lambda name: panel[name].card.baseline)


@pytest.mark.parametrize(
    ("sort", "key", "descending"),
    [
        ("p_strong", lambda d: d.p_strong, True),
        ("confidence", lambda d: d.confidence, True),
        ("cost", lambda d: d.estimated_cost_usd, False),
        ("latency", lambda d: d.latency_ms, False),
    ],
)
def test_sorting(
    panel: RouterPanel, make_run: MakeRun, sort: str, key: Callable[[object], float], descending: bool
) -> None:
    view = dataclasses.replace(default_view(panel), sort=sort)  # type: ignore[arg-type]
    cards = decision_cards(panel, make_run(keras_cnn=0.4, semantic=0.9, random=0.6, always_strong=1.0), view)
    by_id = {card.router.router: card for card in cards}
    values = [key(by_id[name].decision) for name in CardOrder(panel, PLACES).shown(cards, view)]
    assert len(values) == len(panel.ids)
    assert values == sorted(values, reverse=descending)


def test_filters(panel: RouterPanel, make_run: MakeRun) -> None:
    everybody = {name.replace("-", "_"): 0.99 for name in panel.ids if not panel[name].card.baseline}
    order = CardOrder(panel, PLACES)
    cards = decision_cards(panel, make_run(**everybody, always_strong=1.0), default_view(panel))
    family = order.shown(cards, dataclasses.replace(default_view(panel), family="baseline"))
    assert set(family) == {name for name in panel.ids if panel[name].family == "baseline"}
    differing = order.shown(cards, dataclasses.replace(default_view(panel), differing=True))
    assert set(differing) == {card.router.router for card in cards if card.differs}
    assert 0 < len(differing) < len(cards)


def test_pending_cards_stand_where_their_decisions_will(panel: RouterPanel, make_run: MakeRun) -> None:
    run = make_run()
    fast = dataclasses.replace(run, results=tuple(r for r in run.results if r.router in panel.immediate_ids))
    order = CardOrder(panel, PLACES)

    def placed(view: RouteView) -> list[str]:
        cards = {card.router.router: card for card in decision_cards(panel, fast, view)}
        pending = pending_cards(panel, panel.waiting_ids, view)
        standing = [cards[name] for name in order.shown(list(cards.values()), view)]
        return [card.router.router for card in order.with_pending(standing, pending, view)]

    for sort in ("measured", "panel"):
        view = dataclasses.replace(default_view(panel), sort=sort)  # type: ignore[arg-type]
        assert placed(view) == list(shown(panel, make_run, view))
    by_cost = placed(dataclasses.replace(default_view(panel), sort="cost"))
    assert by_cost[-len(panel.waiting_ids) :] == list(panel.waiting_ids)
