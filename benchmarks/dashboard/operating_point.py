"""One threshold of one router: what is escalated, how good and how dear that is, and what it saves against a baseline.

Intervals are 95 % bootstrap intervals over whole questions; differences are taken within each resample, so what two
routers have in common cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.baselines import Baseline, baseline_escalation, baseline_names, said, shared_rows
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.draws import estimate_of, interval
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import ALWAYS_STRONG, Ranking, ranking
from benchmarks.metrics import pgr
from errors import BadInputError

__all__ = [
    "OperatingPoint",
    "baseline_names",
    "compare_at_share",
    "operating_point",
    "point_at_share",
    "recovered_estimate",
]

MILLION = 1_000_000
PROMPTS_PER_MONTH = MILLION


@dataclass(frozen=True)
class OperatingPoint:
    """A router at one threshold on one benchmark.

    Attributes:
        name: The ranking.
        threshold: A prompt is escalated where its score ≥ threshold; `inf` escalates nothing.
        share: Share of strong calls.
        quality: Mean quality.
        recovered: Share of the gap between weak and strong LLM that is recovered (PGR); NaN where there is no gap.
        usd_per_1000: Mean cost of 1,000 prompts, the router's own cost included; None without a cost basis.
        router_usd_per_1000: The router's own cost in it.
        baseline: What it is held against.
        quality_gain: Its quality minus the baseline's, in pairs.
        saving_usd_per_1000: The baseline's cost minus its own, in pairs; None without a cost basis.
        saving_share: The saving as a share of what the baseline costs; None where that is nothing or not known.
        n_rows: Prompts behind it.
    """

    name: str
    threshold: float
    share: Estimate
    quality: Estimate
    recovered: float
    usd_per_1000: Estimate | None
    router_usd_per_1000: float
    baseline: Baseline
    quality_gain: Estimate
    saving_usd_per_1000: Estimate | None
    saving_share: Estimate | None
    n_rows: int

    @property
    def settled(self) -> bool:
        """Whether the difference in quality is beyond chance: its interval leaves out 0."""
        return self.quality_gain.low > 0 or self.quality_gain.high < 0

    def usd_for(self, prompts: int = PROMPTS_PER_MONTH) -> Estimate | None:
        """What so many prompts cost, such as a month's; None without a cost basis."""
        return _times(self.usd_per_1000, prompts / 1000)

    def baseline_usd_for(self, prompts: int = PROMPTS_PER_MONTH) -> Estimate | None:
        """What they cost with the baseline."""
        return _times(self.baseline.usd_per_1000, prompts / 1000)

    def saving_usd_for(self, prompts: int = PROMPTS_PER_MONTH) -> Estimate | None:
        """What the router saves on them against the baseline; negative where it costs more."""
        return _times(self.saving_usd_per_1000, prompts / 1000)


def operating_point(
    numbers: Numbers,
    name: str,
    threshold: float | None = None,
    basis: CostBasis | None = None,
    baseline: str = ALWAYS_STRONG,
    router_usd_per_1000: float = 0.0,
) -> OperatingPoint:
    """A router at a threshold, held against a baseline.

    Args:
        numbers: A benchmark with a pair.
        name: One of `ranking_names`, or `oracle`.
        threshold: Where to cut; None takes the router's own operating point, or half of the prompts if it has none.
        basis: What answers cost; without it nothing is said of money.
        baseline: One of `baseline_names`.
        router_usd_per_1000: What the router itself costs for 1,000 prompts; see `latency.overhead_usd_per_1000`.

    Raises:
        BadInputError: The threshold is not a number, or the benchmark has no pair.
        UnknownNameError: There is no such router or baseline here.
    """
    rank = ranking(numbers, name)
    if threshold is None:
        threshold = rank.threshold if rank.threshold is not None else rank.threshold_at(0.5)
    if np.isnan(threshold):
        raise BadInputError("The threshold is not a number.", "Choose one between the router's scores, such as 0.5.")
    return _point(numbers, rank, rank.escalated(threshold), threshold, basis, baseline, router_usd_per_1000)


def point_at_share(
    numbers: Numbers,
    name: str,
    share: float,
    basis: CostBasis | None = None,
    baseline: str = ALWAYS_STRONG,
    router_usd_per_1000: float = 0.0,
) -> OperatingPoint:
    """The router at the threshold whose share of strong calls comes nearest to the wanted one, from 0 to 1.

    Raises:
        BadInputError: The share is not between 0 and 1, or the benchmark has no pair.
        UnknownNameError: There is no such router or baseline here.
    """
    if not 0.0 <= share <= 1.0:
        raise BadInputError(f"The share of strong calls is {share}.", "Choose one from 0 to 1.")
    threshold = ranking(numbers, name).threshold_at(share)
    return operating_point(numbers, name, threshold, basis, baseline, router_usd_per_1000)


def compare_at_share(numbers: Numbers, name: str, other: str, share: float) -> Estimate:
    """Quality of one router minus another's where both escalate exactly the same share, in pairs.

    Args:
        numbers: A benchmark with a pair.
        name: A ranking.
        other: Another ranking, or `random` for what choosing at random gives on average.
        share: Share of strong calls, 0–1; prompts that tie at the edge are escalated with the probability that fits.

    Raises:
        UnknownNameError: There is no such ranking.
    """
    rank = ranking(numbers, name)
    theirs = baseline_escalation(numbers, rank, other, share)
    rows, gain, usable = shared_rows(rank, theirs)
    ours = rank.escalated_at(share)[usable]
    (found,) = numbers.draws.estimates(rows, ((ours - theirs[usable]) * gain[usable])[:, None])
    return found


def _point(
    numbers: Numbers,
    rank: Ranking,
    escalated: FloatArray,
    threshold: float,
    basis: CostBasis | None,
    baseline: str,
    own_usd: float,
) -> OperatingPoint:
    theirs = baseline_escalation(numbers, rank, baseline, float(escalated.mean()))
    rows, gain, usable = shared_rows(rank, theirs)
    escalated, theirs, gain, weak = escalated[usable], theirs[usable], gain[usable], rank.weak[usable]
    columns = [escalated, weak + escalated * gain, weak + theirs * gain, (escalated - theirs) * gain]
    if basis:
        weak_usd, strong_usd = (1000.0 * usd[usable] for usd in rank.usd(basis, numbers))
        extra = strong_usd - weak_usd
        spent, paid = weak_usd + escalated * extra + own_usd, weak_usd + theirs * extra
        columns += [spent, paid, paid - spent]
    values = np.column_stack(columns)
    resampled = numbers.draws.means(rows, values)
    points, (low, high) = values.mean(axis=0), interval(resampled)
    found = [Estimate(float(p), float(a), float(b)) for p, a, b in zip(points, low, high, strict=True)]
    share, quality, base_quality, difference = found[:4]
    spent_usd, base_usd, saving = found[4:] if basis else (None, None, None)
    saving_share = None
    if base_usd is not None and base_usd.value > 0:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(resampled[:, 5] > 0, resampled[:, 6] / resampled[:, 5], np.nan)
        saving_share = estimate_of(float(points[6] / points[5]), ratio)
    return OperatingPoint(
        name=rank.name,
        threshold=threshold,
        share=share,
        quality=quality,
        recovered=pgr(quality.value, float(weak.mean()), float((weak + gain).mean())),
        usd_per_1000=spent_usd,
        router_usd_per_1000=own_usd,
        baseline=Baseline(baseline, said(baseline, share.value), base_quality, base_usd),
        quality_gain=difference,
        saving_usd_per_1000=saving,
        saving_share=saving_share,
        n_rows=int(usable.sum()),
    )


def _times(estimate: Estimate | None, factor: float) -> Estimate | None:
    if estimate is None:
        return None
    return Estimate(*(value * factor for value in (estimate.value, estimate.low, estimate.high)))


def recovered_estimate(numbers: Numbers, name: str, threshold: float) -> Estimate:
    """PGR at a threshold with its interval; resamples without a gap do not count.

    Raises:
        UnknownNameError: There is no such ranking.
    """
    rank = ranking(numbers, name)
    columns = np.column_stack([rank.escalated(threshold) * rank.gain, rank.gain])
    resampled = numbers.draws.means(rank.rows, columns)
    reached, gap = columns.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(resampled[:, 1] != 0, resampled[:, 0] / resampled[:, 1], np.nan)
    return estimate_of(float(reached / gap) if gap else float("nan"), values)
