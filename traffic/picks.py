"""Which LLM a router picks for each prompt: `router_models.policy.decide` for all prompts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from router_models.policy import Policy
from router_models.pool_choice import POOL_ROUTES
from traffic.money import Money
from traffic.routed import RouterScores


@dataclass(frozen=True, eq=False)
class Picks:
    """A router's picks under a policy.

    Attributes:
        routes: The routes among which it picked, cheapest first.
        llms: Which LLM serves each.
        route: Index of the picked route, shape (m,).
        threshold: The operating point; None where no threshold decides.
    """

    routes: tuple[str, ...]
    llms: tuple[str, ...]
    route: IntArray
    threshold: float | None

    @property
    def escalated(self) -> BoolArray:
        """Whether it picked anything but the cheapest route, shape (m,)."""
        return np.asarray(self.route > 0)

    def usd(self, money: Money) -> FloatArray:
        """USD of the picked LLM's answer to each prompt, NaN where it has no price, shape (m,)."""
        found = np.full(len(self.route), np.nan)
        for index, llm in enumerate(self.llms):
            amounts = money.usd(llm)
            chosen = self.route == index
            if amounts is not None:
                found[chosen] = amounts[chosen]
        return found


def picks_of(scores: RouterScores, policy: Policy, money: Money) -> Picks:
    """What a router picks, as `router_models.policy.decide` does prompt by prompt.

    Args:
        scores: What it said.
        policy: Pool, thresholds and cost weight; lengths of answers are those of `money`.
        money: What each LLM's answer to each prompt costs.
    """
    measured = money.catalogue.measured
    if scores.p_correct and all(measured.get(policy.pool.serves[route]) in scores.p_correct for route in POOL_ROUTES):
        llms = _serving(POOL_ROUTES, policy)
        p_correct = np.column_stack([scores.p_correct[measured[llm]] for llm in llms])
        return Picks(POOL_ROUTES, llms, _best(p_correct, llms, policy, money), None)
    llms = _serving(scores.routes, policy)
    threshold = policy.threshold(scores.card)
    if threshold is not None:
        return Picks(scores.routes, llms, (scores.p_strong >= threshold).astype(np.int64), threshold)
    return Picks(scores.routes, llms, _best(scores.probabilities, llms, policy, money), None)


def _serving(routes: Sequence[str], policy: Policy) -> tuple[str, ...]:
    return tuple(policy.pool.serves[route] for route in routes)


def _best(probabilities: FloatArray, llms: Sequence[str], policy: Policy, money: Money) -> IntArray:
    """Index of the highest probability less cost weight × price share; of equal ones the cheapest route."""
    worth = probabilities
    if policy.cost_weight:
        costs = [money.usd(llm) for llm in llms]
        known = [amounts for amounts in costs if amounts is not None]
        if len(known) == len(costs):  # as in `decide`: with an unknown price the weight does not count
            dear = np.column_stack(known)
            most = dear.max(axis=1, keepdims=True)
            worth = probabilities - policy.cost_weight * np.where(most > 0, dear / np.where(most > 0, most, 1.0), 0.0)
    return np.asarray(worth.argmax(axis=1), dtype=np.int64)
