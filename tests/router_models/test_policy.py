from decimal import Decimal

import pytest

from errors import BadInputError
from llms.cost import CostEstimate
from llms.pool import Pool
from router_models.card import BUDGET, RouterCard
from router_models.decision import RouterScore
from router_models.policy import Policy, decide

POOL = Pool("test", {"weak": "w", "strong": "s", "simple": "w", "general": "g", "reasoning": "s"})
QUOTES = {llm: CostEstimate(Decimal(usd)) for llm, usd in (("w", "0.001"), ("g", "0.005"), ("s", "0.01"))}


def two_route(p_strong: float, **more: object) -> RouterScore:
    return RouterScore("two", ("weak", "strong"), (1 - p_strong, p_strong), 1.0, **more)  # type: ignore[arg-type]


def three_route(*probabilities: float) -> RouterScore:
    return RouterScore("three", ("simple", "general", "reasoning"), probabilities, 1.0)


def card(router: str, routes: tuple[str, ...], threshold: float | None = None) -> RouterCard:
    return RouterCard(router=router, title=router, family="test", routes=routes, method="m", threshold=threshold)


TWO = card("two", ("weak", "strong"), 0.4)
THREE = card("three", ("simple", "general", "reasoning"))


@pytest.mark.parametrize(("p_strong", "route"), [(0.39, "weak"), (0.4, "strong"), (0.9, "strong"), (0.0, "weak")])
def test_a_two_route_router_escalates_at_its_threshold(p_strong: float, route: str) -> None:
    decision = decide(two_route(p_strong), TWO, Policy(POOL), QUOTES)
    assert decision.route == route
    assert decision.threshold == 0.4
    assert decision.llm == POOL.serves[route]
    assert decision.estimated_cost_usd == QUOTES[decision.llm].usd
    assert decision.confidence == decision.distribution[route]
    assert decision.escalates == (route == "strong")


def test_the_users_threshold_goes_before_the_cards() -> None:
    policy = Policy(POOL, thresholds={"two": 0.95})
    assert decide(two_route(0.9), TWO, policy, QUOTES).route == "weak"
    assert "0.05 below" in decide(two_route(0.9), TWO, policy, QUOTES).reason


def test_a_threshold_that_a_budget_bought_is_nobodys_to_set() -> None:
    bought = TWO.model_copy(update={"parameters": {BUDGET: 0.8}})
    decision = decide(two_route(0.5), bought, Policy(POOL, thresholds={"two": 0.95}), QUOTES)
    assert (decision.route, decision.threshold) == ("strong", 0.4)


def test_cost_weight_0_is_the_likeliest_route() -> None:
    assert decide(three_route(0.3, 0.3, 0.4), THREE, Policy(POOL), QUOTES).route == "reasoning"


def test_a_cost_weight_moves_to_the_cheaper_route_and_says_so() -> None:
    decision = decide(three_route(0.3, 0.3, 0.4), THREE, Policy(POOL, cost_weight=0.2), QUOTES)
    # utilities: 0.3 − 0.2 × 0.1 = 0.28; 0.3 − 0.2 × 0.5 = 0.20; 0.4 − 0.2 × 1 = 0.20
    assert decision.route == "simple"
    assert "not worth its price" in decision.reason
    assert decision.threshold is None


def test_without_a_price_the_cost_weight_is_ignored_aloud() -> None:
    quotes = {**QUOTES, "g": CostEstimate(None)}
    decision = decide(three_route(0.1, 0.2, 0.7), THREE, Policy(POOL, cost_weight=1), quotes)
    assert decision.route == "reasoning"
    assert any("Cost weight ignored" in warning for warning in decision.warnings)
    priced = decide(three_route(0.1, 0.2, 0.7), THREE, Policy(POOL, cost_weight=0), quotes)
    assert not priced.warnings


def test_no_price_stays_none_and_never_becomes_0() -> None:
    quotes = {**QUOTES, "s": CostEstimate(None)}
    assert decide(two_route(0.9), TWO, Policy(POOL), quotes).estimated_cost_usd is None


def test_an_all_free_pool_does_not_divide_by_0() -> None:
    quotes = {llm: CostEstimate(Decimal(0)) for llm in QUOTES}
    assert decide(three_route(0.5, 0.3, 0.2), THREE, Policy(POOL, cost_weight=1), quotes).route == "simple"


@pytest.mark.parametrize(("percentile", "said"), [(94.0, False), (95.0, True), (100.0, True), (None, False)])
def test_far_prompts_carry_a_warning(percentile: float | None, said: bool) -> None:
    warnings = decide(two_route(0.9, novelty_percentile=percentile), TWO, Policy(POOL), QUOTES).warnings
    assert any("Far from its training prompts" in warning for warning in warnings) is said


@pytest.mark.parametrize(
    "wrong",
    [
        {"thresholds": {"two": 1.01}},
        {"thresholds": {"two": float("nan")}},
        {"cost_weight": -0.1},
        {"output_tokens": -1},
        {"reasoning_tokens": 1_000_001},
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        Policy(POOL, **wrong)  # type: ignore[arg-type]


def test_the_decision_as_json_has_exactly_the_contracts_fields() -> None:
    content = decide(two_route(0.9), TWO, Policy(POOL), QUOTES).as_json()
    assert list(content) == [
        "router",
        "version",
        "route",
        "llm",
        "distribution",
        "confidence",
        "p_strong",
        "threshold",
        "latency_ms",
        "estimated_cost_usd",
        "cost_note",
        "reason",
        "warnings",
        "caution",
    ]
    assert content["estimated_cost_usd"] == 0.01


def test_a_constant_speaks_of_no_threshold() -> None:
    constant = TWO.model_copy(update={"parameters": {"p_strong": 1.0}})
    decision = decide(two_route(1.0, evidence="The same for every prompt"), constant, Policy(POOL), QUOTES)
    assert decision.reason == "The same for every prompt."
