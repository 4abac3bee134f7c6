"""Picks of all prompts at once are those that `RouterPanel.decisions` makes one by one, and cost the same."""

from typing import Any

import numpy as np
import pytest

from errors import BadInputError
from llms.catalogue import Catalogue
from llms.prices import Quote, quote
from router_models import RouterPanel
from router_models.policy import Policy
from tests.traffic.samples import PROMPTS, first_policy, money_of, routed_of, traffic_of
from traffic.money import Money
from traffic.picks import picks_of
from traffic.routed import Routed
from traffic.routing import RoutingRun

TEXTS = (*PROMPTS, "Write a Python function that merges two sorted lists.", "Thanks!", "Plan a database migration.")


@pytest.fixture(scope="module")
def routed(panel: RouterPanel) -> Routed:
    run = RoutingRun(panel, TEXTS, panel.immediate_ids, groups=False)
    run.start()
    assert run.wait(120)
    return run.result()


@pytest.mark.parametrize("pool", ["nano / 4.1 / o4-mini", "Measured", "local / remote", "Llama-3.1-8B / Qwen3-Coder"])
@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_every_router_picks_as_on_the_route_page(panel: RouterPanel, routed: Routed, pool: str, weight: float) -> None:
    policy = Policy(panel.catalogue.pool(pool), {"encoder-quality": 0.2}, cost_weight=weight, output_tokens=250)
    money = Money(panel.catalogue, traffic_of(TEXTS), routed, 250)
    runs = panel.run_batch(TEXTS, routed.scores.keys(), novelty=False)
    checked = 0
    for place, run in enumerate(runs):
        for decision in panel.decisions(run, policy):
            if decision.router == "random":
                continue  # it throws its dice anew
            picks = picks_of(routed.scores[decision.router], policy, money)
            assert picks.routes[picks.route[place]] == decision.route, decision.router
            assert picks.llms[picks.route[place]] == decision.llm
            assert bool(picks.escalated[place]) == decision.escalates
            assert picks.threshold == decision.threshold
            cost = decision.estimated_cost_usd
            if cost is not None:
                assert picks.usd(money)[place] == pytest.approx(float(cost), rel=1e-9)
            checked += 1
    assert checked >= len(TEXTS) * 15


def test_known_lengths_of_answers_count_and_others_are_assumed(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=[0.1] * 4)
    traffic = traffic_of(output_tokens=[1000, float("nan"), 0, 50])
    money = money_of(panel.catalogue, traffic, routed, 300)
    assert money.output_tokens.tolist() == [1000, 300, 0, 50]
    assert money.known_lengths == 3
    quote = panel.quote(PROMPTS[0], Policy(panel.catalogue.default_pool, output_tokens=1000))
    usd = money.usd("gpt-4.1")
    assert usd is not None and usd[0] == pytest.approx(float(quote["gpt-4.1"].usd or 0))


def test_reasoning_llms_are_billed_for_hidden_tokens(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=[0.1] * 4)
    few, many = (Money(panel.catalogue, traffic_of(), routed, 100, hidden).usd("o4-mini") for hidden in (0, 1000))
    price = panel.quote("x", Policy(panel.catalogue.default_pool))["o4-mini"].price
    assert few is not None and many is not None and price is not None
    np.testing.assert_allclose(many - few, float(price.output_usd_per_mtok) / 1000)


def test_an_llm_without_a_price_costs_nothing_known(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpriced(catalogue: Catalogue, llm: str, *given: Any) -> Quote | None:
        return None if llm == "gpt-4.1" else quote(catalogue, llm, *given)

    monkeypatch.setattr("traffic.money.price_quote", unpriced)
    routed = routed_of(panel, prompt_length=[0.9, 0.9, 0.0, 0.0], encoder_3way=[0.9, 0.1, 0.1, 0.1])
    money = money_of(panel.catalogue, traffic_of(), routed)
    assert money.usd("gpt-4.1") is None
    usd = picks_of(routed.scores["prompt-length"], first_policy(panel), money).usd(money)
    assert np.isnan(usd[:2]).all() and np.isfinite(usd[2:]).all()
    weighted = Policy(panel.catalogue.default_pool, cost_weight=1.0)  # without all prices it cannot count
    assert picks_of(routed.scores["encoder-3way"], weighted, money).route.tolist() == [1, 0, 0, 0]


def test_lengths_out_of_range_are_refused(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=[0.1] * 4)
    with pytest.raises(BadInputError, match="expected length of an answer"):
        money_of(panel.catalogue, traffic_of(), routed, -1)
