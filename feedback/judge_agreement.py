"""How far judges can be trusted: agreement with people and with each other, and what sways them beside quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.bootstrap import Estimate, bootstrap
from feedback.judge_results import Judged

FEWEST = 10
"""Pairs from which on an agreement is stated: of fewer, the interval says nothing."""

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two ways of rating the same answers agree.

    Attributes:
        n: Answers that both have rated.
        kappa: Quadratic weighted kappa of whole points; a constant guess has 0.
        spearman: Rank correlation; NaN where one of them always says the same.
    """

    n: int
    kappa: Estimate
    spearman: Estimate


@dataclass(frozen=True, slots=True)
class Sway:
    """What sways judges beside quality.

    Attributes:
        n: Pairs of ratings in both orders.
        changed: Share of pairs whose rating changes with the order.
        torn: Share of pairs on different sides of “does” by the order.
        shift: Points that the weak answer gains by being read first, on average.
        verbosity: Rank correlation of rating and length difference, which is 0 where length does not matter and
            longer answers are not better; None with fewer than `FEWEST` pairs.
    """

    n: int
    changed: Estimate
    torn: Estimate
    shift: Estimate
    verbosity: Estimate | None


def agreement(ratings: Sequence[float], others: Sequence[float]) -> Agreement | None:
    """Agreement of two ratings of the same answers; None where there are fewer than `FEWEST`.

    Args:
        ratings: n ratings on a scale.
        others: n ratings on the same scale.

    Source:
        Cohen, Weighted Kappa, Psychological Bulletin 70, 1968; Spearman 1904; intervals by the bootstrap.
    """
    one, other = np.asarray(ratings, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if len(one) < FEWEST:
        return None
    return Agreement(
        len(one),
        bootstrap(_on(weighted_kappa, one, other), len(one)),
        bootstrap(_on(rank_correlation, one, other), len(one)),
    )


def between_judges(judged: Sequence[Judged]) -> Agreement | None:
    """Agreement of the judges with each other, each pair of judges on each prompt counting once."""
    pairs = [
        (a.rating, b.rating)
        for one in judged
        for a, b in combinations((opinion for opinion in one.opinions if opinion.whole), 2)
    ]
    return agreement([a for a, _ in pairs], [b for _, b in pairs])


def sway(judged: Sequence[Judged]) -> Sway | None:
    """Position and verbosity bias; None where no answer has been rated in both orders.

    Source:
        Zheng et al., Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena, NeurIPS 2023, section 3.3.
    """
    opinions = [(one, opinion) for one in judged for opinion in one.opinions if opinion.whole]
    if not opinions:
        return None
    shifts = np.array([opinion.shift for _, opinion in opinions], dtype=np.float64)
    torn = np.array([float(one.torn) for one in judged if one.whole] or [np.nan])
    lengths = [
        (opinion.rating, float(one.length_difference)) for one, opinion in opinions if one.length_difference is not None
    ]
    verbosity = None
    if len(lengths) >= FEWEST:
        rated, longer = (np.array([pair[at] for pair in lengths]) for at in (0, 1))
        verbosity = bootstrap(_on(rank_correlation, rated, longer), len(lengths))
    return Sway(
        len(shifts),
        bootstrap(_mean_of((shifts != 0).astype(np.float64)), len(shifts)),
        bootstrap(_mean_of(torn), len(torn)),
        bootstrap(_mean_of(shifts), len(shifts)),
        verbosity,
    )


def weighted_kappa(ratings: FloatArray, others: FloatArray) -> float:
    """Agreement beyond chance in which a difference counts by its square; both (n,). NaN where both never vary.

    Fractions of points, as a mean of two orders has, count as they are.
    """
    if np.ptp(np.concatenate([ratings, others])) == 0:
        return float("nan")
    # The mean over all n × n pairs, without making them: there may be ten thousand ratings, and a thousand resamples.
    expected = (ratings**2).mean() + (others**2).mean() - 2 * ratings.mean() * others.mean()
    observed = ((ratings - others) ** 2).mean()
    return float(1.0 - observed / expected)


def rank_correlation(ratings: FloatArray, others: FloatArray) -> float:
    """Spearman's rank correlation, ties sharing their mean rank; both (n,). NaN where one of them never varies."""
    if np.ptp(ratings) == 0 or np.ptp(others) == 0:
        return float("nan")
    return float(np.corrcoef(_ranks(ratings), _ranks(others))[0, 1])


def mean_rating(judged: Sequence[Judged]) -> float | None:
    """Mean over the prompts that have all their ratings; None without any."""
    ratings = [one.rating for one in judged if one.rating is not None]
    return fmean(ratings) if ratings else None


def _ranks(values: FloatArray) -> FloatArray:
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: FloatArray = last - (counts - 1) / 2.0
    return means[at]


def _on(
    statistic: Callable[[FloatArray, FloatArray], float], one: FloatArray, other: FloatArray
) -> Callable[[IntArray], float]:
    def of_rows(rows: IntArray) -> float:
        return statistic(one[rows], other[rows])

    return of_rows


def _mean_of(values: FloatArray) -> Callable[[IntArray], float]:
    def of_rows(rows: IntArray) -> float:
        return float(values[rows].mean())

    return of_rows
