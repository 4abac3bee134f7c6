"""Decisions under a used-up budget: thresholds are raised, never silently."""

from __future__ import annotations

from decimal import Decimal

import pytest

from feedback.usage_budget import Budget
from feedback.usage_policy import decisions_under, raised_policy, was_raised
from router_models import RouterPanel
from router_models.panel import PanelRun
from router_models.policy import Policy

BUDGET = Budget(usd=Decimal(5), threshold=0.95)
PROMPTS = (
    "Prove that there are infinitely many prime numbers of the form 4k + 3.",
    "What is the capital of Finland?",
    "Write a haiku on rain.",
)
NAMES = ("prompt-length", "keras-cnn", "encoder-3way", "knn", "cascade", "always-strong")


@pytest.fixture(scope="module")
def runs(panel: RouterPanel) -> list[PanelRun]:
    return [panel.run(prompt, NAMES) for prompt in PROMPTS]


def test_without_a_used_up_budget_nothing_changes(panel: RouterPanel, runs: list[PanelRun]) -> None:
    for run in runs:
        assert decisions_under(panel, run, None, None) == panel.decisions(run)


def test_every_decision_under_a_raised_threshold_says_so(panel: RouterPanel, runs: list[PanelRun]) -> None:
    changed = 0
    for run in runs:
        before = {decision.router: decision for decision in panel.decisions(run)}
        for decision in decisions_under(panel, run, None, BUDGET):
            was, card = before[decision.router], panel[decision.router].card
            if card.threshold_is_bought:
                assert decision == was, "its threshold follows from its own budget"
                continue
            assert was_raised(decision)
            said = decision.warnings[-1]
            assert "budget of today is used up" in said
            if was.threshold is None:
                assert "cost weight was raised from 0.00 to 0.90" in said
            else:
                assert decision.threshold == 0.95
                assert f"raised from {was.threshold:.2f} to 0.95" in said
            if decision.route == was.route:
                assert "The pick is the same" in said
            else:
                changed += 1
                assert f"it would have picked {was.route} ({was.llm})" in said
            assert decision.warnings[:-1] == was.warnings
            assert not was_raised(was)
    assert changed, "prompts on which it makes no difference prove nothing"


def test_a_threshold_that_is_higher_already_stays(panel: RouterPanel, runs: list[PanelRun]) -> None:
    policy = Policy(panel.catalogue.default_pool, {"knn": 0.99}, cost_weight=1.0)
    raised = raised_policy(panel, policy, BUDGET)
    assert (raised.thresholds["knn"], raised.cost_weight) == (0.99, 1.0)
    found = {decision.router: decision for decision in decisions_under(panel, runs[0], policy, BUDGET)}
    assert not was_raised(found["knn"])
    assert not was_raised(found["encoder-3way"])
    assert was_raised(found["keras-cnn"])


def test_threshold_and_cost_weight_mean_the_same() -> None:
    """With two routes, P(strong) − weight ≥ P(weak) exactly where P(strong) reaches the threshold."""
    for threshold in (0.5, 0.65, 0.8, 1.0):
        weight = Budget(usd=Decimal(1), threshold=threshold).cost_weight
        for p_strong in (threshold - 0.01, threshold + 0.01):
            assert (p_strong - weight >= 1 - p_strong) == (p_strong >= threshold)
