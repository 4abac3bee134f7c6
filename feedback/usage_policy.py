"""Decisions under a used-up budget: thresholds are raised, and every decision that this concerns says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from feedback.usage_budget import Budget
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import Decision
from router_models.panel import PanelRun, RouterPanel
from router_models.policy import Policy

WHERE = "The Usage page switches this back."


def raised_threshold(budget: Budget, card: RouterCard, threshold: float) -> float:
    """A router's threshold under a used-up budget; one that follows from the router's own budget stays."""
    return threshold if card.threshold_is_bought else max(threshold, budget.threshold)


def raised_policy(panel: RouterPanel, policy: Policy, budget: Budget) -> Policy:
    """The policy under a used-up budget.

    Args:
        panel: Whose routers decide.
        policy: As the user or caller wants it.
        budget: The budget that is used up.
    """
    thresholds = dict(policy.thresholds)
    for name in panel.ids:
        card = panel[name].card
        own = policy.threshold(card)
        if own is not None:
            thresholds[name] = raised_threshold(budget, card, own)
    weight = max(policy.cost_weight, budget.cost_weight)
    return dataclasses.replace(policy, thresholds=thresholds, cost_weight=weight)


def decisions_under(
    panel: RouterPanel,
    run: PanelRun,
    policy: Policy | None,
    budget: Budget | None,
    replace: Mapping[str, Router] | None = None,
) -> list[Decision]:
    """Decisions as `RouterPanel.decisions`, with raised thresholds where a budget is used up.

    Args:
        panel: The routers.
        run: What they said.
        policy: As the user or caller wants it; None is the panel's own.
        budget: The budget that is used up; None where none is.
        replace: As in the run.
    """
    policy = policy or panel.default_policy()
    free = panel.decisions(run, policy, replace)
    if budget is None:
        return free
    raised = raised_policy(panel, policy, budget)
    bound = panel.decisions(run, raised, replace)
    return [
        _saying_so(decision, was, budget, policy.cost_weight, raised.cost_weight)
        for decision, was in zip(bound, free, strict=True)
    ]


def was_raised(decision: Decision) -> bool:
    """Whether a used-up budget had raised the threshold under which it was made."""
    return any(warning.endswith(WHERE) for warning in decision.warnings)


def threshold_warning(budget: Budget, before: float, after: float, effect: str = "") -> str:
    """What a decision says that was made under a raised threshold; '' where it was not raised."""
    return _warning(budget, "threshold", before, after, effect) if after > before else ""


def _saying_so(decision: Decision, was: Decision, budget: Budget, before: float, after: float) -> Decision:
    effect = (
        "The pick is the same without that."
        if decision.llm == was.llm and decision.route == was.route
        else f"Without that it would have picked {was.route} ({was.llm})."
    )
    if decision.threshold is not None and was.threshold is not None:
        warning = threshold_warning(budget, was.threshold, decision.threshold, effect)
    elif decision.threshold is None and after > before:
        warning = _warning(budget, "cost weight", before, after, effect)
    else:
        warning = ""
    return dataclasses.replace(decision, warnings=(*decision.warnings, warning)) if warning else decision


def _warning(budget: Budget, what: str, before: float, after: float, effect: str) -> str:
    said = f"The budget of {budget.this_period} is used up, so the {what} was raised from {before:.2f} to {after:.2f}."
    return " ".join(part for part in (said, effect, WHERE) if part)
