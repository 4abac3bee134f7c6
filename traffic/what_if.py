"""What another threshold of a router would mean: share, cost and saving along all of them, from scores alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray
from router_models.card import RouterCard
from router_models.policy import Policy
from traffic.baseline import Baseline
from traffic.money import Money
from traffic.picks import picks_of
from traffic.routed import RouterScores
from traffic.savings import Saving, saving_of

N_POINTS = 501
N_WEIGHTS = 51
"""Every cost weight decides anew, so there are fewer of them."""
THRESHOLD, COST_WEIGHT = "threshold", "cost weight"


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A router along all settings.

    Attributes:
        router: Its id.
        setting: `threshold` or `cost weight`.
        values: The settings, rising from 0 to 1, shape (points,).
        share: Share of prompts sent to a dearer LLM, shape (points,).
        saving_usd: Saved per prompt, the router's own cost taken off, shape (points,); NaN where no cost is known.
    """

    router: str
    setting: str
    values: FloatArray
    share: FloatArray
    saving_usd: FloatArray


def setting_of(scores: RouterScores, policy: Policy, money: Money) -> str:
    """What can be moved: a threshold, the cost weight of a router with more routes, or nothing ('')."""
    if picks_of(scores, policy, money).threshold is None:
        return COST_WEIGHT
    return THRESHOLD if movable(scores.card) else ""


def movable(card: RouterCard) -> bool:
    """Whether a threshold of a two-route router may be set: it is neither constant nor follows from a budget."""
    return not card.constant and not card.threshold_is_bought


def policy_at(scores: RouterScores, policy: Policy, setting: str, value: float) -> Policy:
    """The policy with another setting of one router.

    Raises:
        BadInputError: The value is out of range.
    """
    if setting == THRESHOLD:
        return dataclasses.replace(policy, thresholds={**policy.thresholds, scores.router: value})
    return dataclasses.replace(policy, cost_weight=value)


def saving_at(
    scores: RouterScores, policy: Policy, money: Money, baseline: Baseline, router_usd: float, value: float
) -> Saving:
    """Share, cost and saving at one setting; no model runs.

    Raises:
        BadInputError: The value is out of range.
    """
    setting = setting_of(scores, policy, money)
    at = policy_at(scores, policy, setting, value) if setting else policy
    return saving_of(scores, at, money, baseline, router_usd)


def what_if(scores: RouterScores, policy: Policy, money: Money, baseline: Baseline, router_usd: float) -> WhatIf:
    """Share and saving along all settings; arguments as for `saving_of`."""
    setting = setting_of(scores, policy, money)
    if setting == THRESHOLD:
        return _along_thresholds(scores, policy, money, baseline, router_usd)
    values = np.linspace(0.0, 1.0, N_WEIGHTS)
    share, saving = np.zeros(N_WEIGHTS), np.zeros(N_WEIGHTS)
    for at, value in enumerate(values.tolist()):
        picks = picks_of(scores, policy_at(scores, policy, setting, value) if setting else policy, money)
        saved = baseline.usd - picks.usd(money) - router_usd
        known = saved[np.isfinite(saved)]
        share[at] = picks.escalated.mean()
        saving[at] = known.mean() if len(known) else np.nan
    return WhatIf(scores.router, setting, values, share, saving)


def _along_thresholds(
    scores: RouterScores, policy: Policy, money: Money, baseline: Baseline, router_usd: float
) -> WhatIf:
    """All thresholds at once: sums over the prompts above each one, and over those below it."""
    values = np.linspace(0.0, 1.0, N_POINTS)
    order = np.argsort(-scores.p_strong, kind="stable")
    above = np.searchsorted(-scores.p_strong[order], -values, side="right")
    sums, counts = np.zeros(N_POINTS), np.zeros(N_POINTS)
    for route, rows in ((scores.routes[0], order[::-1]), (scores.routes[1], order)):
        usd = money.usd(policy.pool.serves[route])
        saved = baseline.usd[rows] - (np.nan if usd is None else usd[rows]) - router_usd
        known = np.isfinite(saved)
        taken = above if rows is order else len(rows) - above
        sums += np.concatenate([[0.0], np.cumsum(np.where(known, saved, 0.0))])[taken]
        counts += np.concatenate([[0], np.cumsum(known)])[taken]
    saving = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return WhatIf(scores.router, THRESHOLD, values, above / len(order), saving)
