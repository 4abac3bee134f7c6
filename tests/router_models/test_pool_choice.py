"""Routers that judge LLMs one by one, under pools that are measured and pools that are not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from llms.cost import CostEstimate
from llms.pool import Pool
from router_models.card import RouterCard
from router_models.decision import Decision, RouterScore
from router_models.policy import Policy, decide

POOL = Pool("test", {"weak": "a", "strong": "b", "simple": "a", "general": "b", "reasoning": "c"})
MEASURED = {"a": "a-2024", "b": "b-2024", "c": "c-2024"}
QUOTES = {llm: CostEstimate(Decimal(usd)) for llm, usd in (("a", "0.001"), ("b", "0.005"), ("c", "0.01"))}
CARD = RouterCard(
    router="one-by-one",
    title="One by one",
    family="outcomes",
    routes=("weak", "strong"),
    method="m",
    threshold=0.4,
)


def decided(
    p: dict[str, float], pool: Pool = POOL, quotes: dict[str, CostEstimate] = QUOTES, **more: float
) -> Decision:
    score = RouterScore("one-by-one", ("weak", "strong"), (0.7, 0.3), 1.0, "Looked up", p_correct=p)
    return decide(score, CARD, Policy(pool, **more), quotes, MEASURED)  # type: ignore[arg-type]


def test_a_measured_pool_is_judged_by_its_own_llms() -> None:
    decision = decided({"a-2024": 0.5, "b-2024": 0.9, "c-2024": 0.92}, cost_weight=0.1)
    # worth: 0.5 − 0.1 × 0.1; 0.9 − 0.1 × 0.5; 0.92 − 0.1
    assert (decision.route, decision.llm, decision.threshold) == ("general", "b", None)
    assert list(decision.distribution) == ["simple", "general", "reasoning"]
    assert sum(decision.distribution.values()) == pytest.approx(1.0)
    assert decision.confidence == 0.9
    assert "P(correct) of b is 0.90" in decision.reason
    assert "c with 0.92 is not worth its price at cost weight 0.1" in decision.reason
    assert not decision.warnings


def test_a_higher_cost_weight_never_picks_a_dearer_llm() -> None:
    p = {"a-2024": 0.5, "b-2024": 0.8, "c-2024": 0.92}
    assert [decided(p, cost_weight=weight).llm for weight in (0.0, 0.01, 0.4, 1.0)] == ["c", "c", "b", "a"]


def test_at_cost_weight_0_it_says_that_prices_do_not_count() -> None:
    p = {"a-2024": 0.5, "b-2024": 0.8, "c-2024": 0.92}
    assert "at cost weight 0 prices do not count" in decided(p).reason
    assert "prices do not count" not in decided(p, cost_weight=0.01).reason


def test_an_unmeasured_llm_is_named_and_not_guessed() -> None:
    decision = decided({"a-2024": 0.5, "c-2024": 0.92})
    assert (decision.route, decision.threshold) == ("weak", 0.4)
    assert list(decision.distribution) == ["weak", "strong"]
    warning = next(warning for warning in decision.warnings if "No measured outcomes" in warning)
    assert "of b:" in warning
    assert "“Measured”" in warning


def test_a_measured_llm_the_catalogue_does_not_map_counts_as_unmeasured() -> None:
    score = RouterScore("one-by-one", ("weak", "strong"), (0.7, 0.3), 1.0, p_correct={"a-2024": 0.5})
    decision = decide(score, CARD, Policy(POOL), QUOTES)
    assert any("a, b and c" in warning for warning in decision.warnings)


def test_one_llm_on_all_routes_takes_the_cheapest_route() -> None:
    alone = Pool("alone", dict.fromkeys(("weak", "strong", "simple", "general", "reasoning"), "b"))
    decision = decided({"b-2024": 0.3}, alone)
    assert (decision.route, decision.distribution["simple"], decision.confidence) == ("simple", 1.0, 0.3)
    assert "serves every route" in decision.reason


def test_without_a_price_the_surest_llm_is_taken_and_that_is_said() -> None:
    quotes = {**QUOTES, "b": CostEstimate(None)}
    decision = decided({"a-2024": 0.5, "b-2024": 0.9, "c-2024": 0.92}, quotes=quotes, cost_weight=0.5)
    assert decision.route == "reasoning"
    assert any("Cost weight ignored" in warning for warning in decision.warnings)


def test_routers_that_do_not_judge_llms_say_nothing_of_outcomes() -> None:
    score = RouterScore("plain", ("weak", "strong"), (0.7, 0.3), 1.0)
    decision = decide(score, CARD, Policy(POOL), QUOTES, MEASURED)
    assert (decision.route, decision.warnings) == ("weak", ())
