"""Cost/quality curves with 95 % bands, and the lines beside which they must stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.bootstrap import Estimate
from benchmarks.curves import curve_at
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.draws import interval
from benchmarks.dashboard.numbers import Numbers, read_only
from benchmarks.dashboard.ranking import ORACLE, Ranking, ranking

N_POINTS = 50
"""Quantiles of the scores at which a curve is drawn: a point for every 2 % of strong calls."""

ORACLE_POINTS = 200
"""The oracle bends sharply: with fewer points the line between them would cut it off."""

NORMAL_97_5 = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, eq=False)
class QualityCurve:
    """Operating points of one router, from none to all prompts escalated; all arrays have shape (points,).

    Attributes:
        name: Ranking, or `random (expected)`.
        threshold: A prompt is escalated where its score ≥ threshold; falling from ∞. NaN where there is none.
        share: Share of strong calls, rising from 0 to 1.
        quality: Mean quality.
        low: Lower end of its 95 % interval at that threshold, questions drawn whole.
        high: Upper end.
        usd_per_1000: Mean cost of 1,000 prompts; None without a cost basis.
        n_rows: Prompts behind the curve.
    """

    name: str
    threshold: FloatArray
    share: FloatArray
    quality: FloatArray
    low: FloatArray
    high: FloatArray
    usd_per_1000: FloatArray | None
    n_rows: int

    def columns(self) -> dict[str, list[object]]:
        """The curve as a table, for CSV and for figures: both show these very numbers."""
        columns: dict[str, list[object]] = {"router": [self.name] * len(self.share)}
        named = {
            "threshold": self.threshold,
            "share of strong calls": self.share,
            "quality": self.quality,
            "low": self.low,
            "high": self.high,
        }
        if self.usd_per_1000 is not None:
            named["USD per 1,000"] = self.usd_per_1000
        return columns | {name: values.tolist() for name, values in named.items()}


@dataclass(frozen=True)
class SingleLlm:
    """One LLM for every prompt.

    Attributes:
        llm: Its name in the benchmark.
        quality: Mean quality with its interval.
        usd_per_1000: Mean cost of 1,000 prompts; None where not known.
        n_rows: Prompts it answered.
    """

    llm: str
    quality: Estimate
    usd_per_1000: float | None
    n_rows: int


def quality_curve(numbers: Numbers, name: str, basis: CostBasis | None = None) -> QualityCurve:
    """One router's curve between the benchmark's weak and strong LLM.

    Args:
        numbers: A benchmark with a pair.
        name: One of `ranking_names`, or `oracle`; with a cost basis the oracle buys the greatest gain per dollar.
        basis: Costs for the second x axis.

    Raises:
        UnknownNameError: There is no such ranking.
        BadInputError: The benchmark has no pair.
    """
    key = ("curve", name, basis.key if basis else None)
    return numbers.remember(key, lambda: _curve(numbers, ranking(numbers, name), basis))


def quality_curves(numbers: Numbers, names: Sequence[str], basis: CostBasis | None = None) -> list[QualityCurve]:
    """Several curves; raises as `quality_curve`."""
    return [quality_curve(numbers, name, basis) for name in names]


def random_curve(numbers: Numbers, basis: CostBasis | None = None) -> QualityCurve:
    """What sending prompts to the strong LLM at random gives on average, with the band of luck.

    The band is not a bootstrap: 95 % of random routers lie in it at each share, on these very questions.

    Source:
        Cochran, Sampling Techniques, 1977, theorem 2.2: variance of the mean of a random sample without replacement.
    """
    both = ranking(numbers, ORACLE)
    n, gain = len(both), both.gain
    share = np.linspace(0.0, 1.0, N_POINTS + 1)
    quality = both.weak.mean() + share * gain.mean()
    luck = NORMAL_97_5 * gain.std() * np.sqrt(share * (1.0 - share) / max(n - 1, 1))
    usd = None
    if basis:
        weak, strong = (values.mean() for values in both.usd(basis, numbers))
        usd = 1000.0 * (weak + share * (strong - weak))
    nothing = np.full(len(share), np.nan)
    return QualityCurve("random (expected)", nothing, share, quality, quality - luck, quality + luck, usd, n)


def single_llms(numbers: Numbers, basis: CostBasis | None = None) -> list[SingleLlm]:
    """Every LLM of the benchmark that answered all prompts, and the pair, the best first."""
    return numbers.remember(("singles", basis.key if basis else None), lambda: _singles(numbers, basis))


def best_single_llm(numbers: Numbers) -> SingleLlm:
    """The LLM with the highest mean quality among those that answered all prompts."""
    return single_llms(numbers)[0]


def _singles(numbers: Numbers, basis: CostBasis | None) -> list[SingleLlm]:
    pair = numbers.entry.pair
    of_pair = {pair.weak, pair.strong} if pair else set()
    found = []
    for llm, quality in numbers.outcomes.quality.items():
        rows = np.isfinite(quality)
        if rows.all() or llm in of_pair:
            (estimate,) = numbers.draws.estimates(rows, quality[rows][:, None])
            usd = 1000.0 * float(basis.usd[llm][rows].mean()) if basis and llm in basis.usd else None
            found.append(SingleLlm(llm, estimate, usd, int(rows.sum())))
    return sorted(found, key=_minus_quality)


def _minus_quality(single: SingleLlm) -> tuple[float, str]:
    return -single.quality.value, single.llm


def _curve(numbers: Numbers, rank: Ranking, basis: CostBasis | None) -> QualityCurve:
    if basis is None:
        return _plain_curve(numbers, rank)
    if rank.name == ORACLE:
        return _frugal_oracle(numbers, rank, basis)
    plain = quality_curve(numbers, rank.name)  # its band does not depend on prices
    usd = curve_at(plain.threshold, rank.scores, *rank.usd(basis, numbers))
    return dataclasses.replace(plain, usd_per_1000=read_only(1000.0 * usd.quality))


def _plain_curve(numbers: Numbers, rank: Ranking) -> QualityCurve:
    n_points = ORACLE_POINTS if rank.name == ORACLE else N_POINTS
    edges = np.quantile(rank.scores, np.linspace(0.0, 1.0, n_points + 1))
    curve = curve_at(edges, rank.scores, rank.weak, rank.strong)
    new = np.concatenate([[True], np.diff(curve.strong_share) > 0])
    new[-1] = True  # the least score, which `curve_at` adds again to any thresholds that it is given
    threshold, share, quality = curve.thresholds[new], curve.strong_share[new], curve.quality[new]
    low, high = _band(numbers, rank, threshold)
    for values in (threshold, share, quality, low, high):
        values.flags.writeable = False
    return QualityCurve(rank.name, threshold, share, quality, low, high, None, len(rank))


def _band(numbers: Numbers, rank: Ranking, thresholds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Interval of the mean quality at each of p falling thresholds, each of shape (p,)."""
    steps = np.zeros((len(rank), len(thresholds) + 1))
    first = len(thresholds) - np.searchsorted(thresholds[::-1], rank.scores, side="right")
    steps[np.arange(len(rank)), first] = rank.gain  # escalated from its first threshold on
    steps[:, -1] = rank.weak
    means = numbers.draws.means(rank.rows, steps)
    return interval(np.cumsum(means[:, :-1], axis=1) + means[:, -1:])


def _frugal_oracle(numbers: Numbers, rank: Ranking, basis: CostBasis) -> QualityCurve:
    """The best that any choice between the two LLMs can reach at each cost: prompts by gain per extra dollar.

    It starts where every prompt goes to the cheaper LLM and ends where more money buys nothing.

    Source:
        Dantzig, Discrete-variable extremum problems, 1957: the continuous knapsack.
    """
    weak_usd, strong_usd = rank.usd(basis, numbers)
    dearer = strong_usd >= weak_usd
    extra, gain = np.abs(strong_usd - weak_usd), np.where(dearer, rank.gain, -rank.gain)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(extra > 0, gain / extra, np.where(gain > 0, np.inf, -np.inf))
    order = np.argsort(-worth, kind="stable")
    order = order[gain[order] > 0]
    start = np.where(dearer, rank.weak, rank.strong)
    n = len(rank)
    quality = (start.sum() + np.concatenate([[0.0], np.cumsum(gain[order])])) / n
    usd = (np.minimum(weak_usd, strong_usd).sum() + np.concatenate([[0.0], np.cumsum(extra[order])])) / n
    to_strong = np.concatenate([[0.0], np.cumsum(np.where(dearer[order], 1.0, -1.0))])
    share = ((~dearer).sum() + to_strong) / n
    kept = np.unique(np.linspace(0, len(usd) - 1, 4 * N_POINTS + 1).round().astype(int))
    steps = np.zeros((n, len(kept)))
    position = np.searchsorted(kept, np.arange(1, len(order) + 1))
    steps[order, position] = gain[order]
    steps[:, 0] += start
    low, high = interval(np.cumsum(numbers.draws.means(rank.rows, steps), axis=1))
    nothing = np.full(len(kept), np.nan)
    return QualityCurve(ORACLE, nothing, share[kept], quality[kept], low, high, 1000.0 * usd[kept], n)
