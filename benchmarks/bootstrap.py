"""Percentile bootstrap intervals for any metric of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import IntArray

Metric = Callable[[IntArray], float]
"""Takes row numbers, shape (n,), with repetitions, and returns the metric of those rows."""

N_RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A metric with its interval; `str()` gives `0.620 [0.601, 0.640]`.

    Attributes:
        value: The metric on all rows.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """The value and its interval with three decimals."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrap(
    metric: Metric,
    n_rows: int,
    *,
    groups: IntArray | None = None,
    seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> Estimate:
    """The 95 % percentile interval of a metric over resampled rows.

    Resamples on which the metric is NaN (a class is missing, say) do not count.

    Args:
        metric: The metric of given rows.
        n_rows: Number of rows n.
        groups: A number per distinct question, shape (n,): whole questions are drawn instead of rows, because the
            repetitions of a question tell nothing new. None where every row is a question of its own.
        seed: Equal seeds give equal resamples, so that two metrics can be compared.
        n_resamples: Number of resamples.

    Source:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; cluster resampling: Davison and
        Hinkley, Bootstrap Methods and their Application, 1997, section 3.8.
    """
    random = np.random.default_rng(seed)
    values = np.array([metric(rows) for rows in resamples(n_rows, groups, random, n_resamples)])
    tail = (1.0 - LEVEL) / 2.0
    kept = values[~np.isnan(values)]
    low, high = np.quantile(kept, [tail, 1.0 - tail]) if kept.size else (np.nan, np.nan)
    return Estimate(metric(np.arange(n_rows)), float(low), float(high))


def resamples(
    n_rows: int, groups: IntArray | None, random: np.random.Generator, n_resamples: int
) -> Iterator[IntArray]:
    """Row numbers of each resample: n rows, or all rows of as many questions as there are; arguments as above."""
    if groups is None:
        for _ in range(n_resamples):
            yield random.integers(0, n_rows, size=n_rows)
        return
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    for _ in range(n_resamples):
        yield np.concatenate([members[drawn] for drawn in random.integers(0, len(members), size=len(members))])


def paired_difference(
    metric: Metric, other: Metric, n_rows: int, *, groups: IntArray | None = None, seed: int = 0
) -> Estimate:
    """The interval of `metric − other`, both taken on the same resampled rows.

    Args:
        metric: A metric of given rows, of one router.
        other: The same metric of another router, on the same rows.
        n_rows: Number of rows n.
        groups: As for `bootstrap`.
        seed: Seed of the resampling.
    """

    def difference(rows: IntArray) -> float:
        return metric(rows) - other(rows)

    return bootstrap(difference, n_rows, groups=groups, seed=seed)
