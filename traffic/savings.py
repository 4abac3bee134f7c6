"""What each router would save: cost now, cost after, and the difference, per prompt and for a month's volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.latency import overhead_usd_per_1000, read_latencies
from errors import DataError
from router_models.policy import Policy
from traffic.baseline import Baseline
from traffic.intervals import mean_of, ratio_of, share_of
from traffic.money import Money
from traffic.picks import Picks, picks_of
from traffic.routed import Routed, RouterScores


@dataclass(frozen=True, slots=True)
class Saving:
    """One router against what is done now; amounts in USD per prompt.

    Attributes:
        router: Its id.
        is_baseline: Whether it is there only to be beaten.
        share: Share of prompts that it sends to a dearer LLM.
        threshold: Its operating point; None where no threshold decides.
        now_usd: What a prompt costs now.
        after_usd: What it costs as routed, the router's own cost not included.
        router_usd: What the router itself costs.
        saving_usd: Now − after − the router's own cost.
        saving_share: The saving as a share of the cost now; None where that is nothing.
        counted: Prompts whose cost is known now and after.
        left_out: The others: the LLM used now is unknown, or an LLM has no price.
        llms: Share of prompts by LLM, most first.
    """

    router: str
    is_baseline: bool
    share: Estimate
    threshold: float | None
    now_usd: Estimate
    after_usd: Estimate
    router_usd: float
    saving_usd: Estimate
    saving_share: Estimate | None
    counted: int
    left_out: int
    llms: tuple[tuple[str, float], ...]


def saving_of(scores: RouterScores, policy: Policy, money: Money, baseline: Baseline, router_usd: float) -> Saving:
    """What one router would save.

    Args:
        scores: What it said.
        policy: Pool, thresholds and cost weight.
        money: What answers cost.
        baseline: What is done now.
        router_usd: What the router itself costs for one prompt.
    """
    return _saving(scores, picks_of(scores, policy, money), money, baseline, router_usd)


def router_costs_usd(routed: Routed, usd_per_hour: float) -> Mapping[str, float]:
    """What each router itself costs for one prompt, in USD, by router.

    Its time alone on one prompt counts, as it was measured with the benchmarks; else its time in this run.
    """
    try:
        timed = {name: one.ms for name, one in read_latencies().routers.items()}
    except DataError:
        timed = {}
    return {
        name: overhead_usd_per_1000(timed.get(name, scores.latency_ms), usd_per_hour) / 1000.0
        for name, scores in routed.scores.items()
    }


def _saving(scores: RouterScores, picks: Picks, money: Money, baseline: Baseline, router_usd: float) -> Saving:
    after, now = picks.usd(money), baseline.usd
    counted = np.isfinite(after) & np.isfinite(now)
    after, now = after[counted], now[counted]
    saved = np.asarray(now - after - router_usd)
    shares = dict.fromkeys(picks.llms, 0.0)
    for index, llm in enumerate(picks.llms):
        shares[llm] += float((picks.route == index).mean())
    return Saving(
        router=scores.router,
        is_baseline=scores.card.baseline,
        share=share_of(int(picks.escalated.sum()), len(picks.route)),
        threshold=picks.threshold,
        now_usd=mean_of(now),
        after_usd=mean_of(after),
        router_usd=router_usd,
        saving_usd=mean_of(saved),
        saving_share=ratio_of(saved, now),
        counted=int(counted.sum()),
        left_out=int((~counted).sum()),
        llms=tuple(sorted(shares.items(), key=_most_first)),
    )


def _most_first(share: tuple[str, float]) -> tuple[float, str]:
    return -share[1], share[0]
