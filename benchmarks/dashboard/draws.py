"""Bootstrap resamples of whole questions as matrices, fast enough for a page: a metric of all resamples is a product.

The resamples are those that `benchmarks.resample.counts` draws one by one, so intervals agree with the summary's.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.bootstrap import LEVEL, N_RESAMPLES, Estimate

Counts = NDArray[np.float32]

KEPT = 2
"""Subsets of rows of which the resamples are kept: a thousand resamples of 14,000 rows are 56 MB. Kept in bytes they
would be a quarter of that, but every product took two to three times as long."""


def draw_counts(groups: IntArray, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Counts:
    """How often each row is in each resample of whole questions.

    Args:
        groups: A number per distinct question, shape (n,).
        n_resamples: Number of resamples r.
        seed: Equal seeds give equal resamples, so that two routers can be compared in pairs.

    Returns:
        Shape (r, n), single precision, which holds small whole numbers exactly.

    Source:
        Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8 (cluster resampling).
    """
    question = np.unique(groups, return_inverse=True)[1]
    n_questions = int(question.max()) + 1
    random = np.random.default_rng(seed)
    drawn = np.empty((n_resamples, n_questions), dtype=np.float32)
    for number in range(n_resamples):
        drawn[number] = np.bincount(random.integers(0, n_questions, size=n_questions), minlength=n_questions)
    if n_questions == len(groups):
        return drawn if np.array_equal(question, np.arange(n_questions)) else drawn[:, question]
    return drawn[:, question]


def interval(resampled: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ends of the 95 % percentile interval; resamples on which a value is NaN do not count.

    Args:
        resampled: A value per resample, shape (r, …).

    Returns:
        Low and high, each of shape (…); NaN where no resample has a value.
    """
    tail = (1.0 - LEVEL) / 2.0
    values = np.asarray(resampled, dtype=np.float64)
    if not np.isnan(values).any():
        low, high = np.quantile(values, [tail, 1.0 - tail], axis=0)
        return np.asarray(low), np.asarray(high)
    empty = np.isnan(values).all(axis=0)
    filled = np.where(empty, 0.0, values)
    low, high = np.nanquantile(filled, [tail, 1.0 - tail], axis=0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def estimate_of(value: float, resampled: FloatArray) -> Estimate:
    """A value with the interval of its resamples, shape (r,)."""
    low, high = interval(resampled)
    return Estimate(float(value), float(low), float(high))


class Draws:
    """Resamples of subsets of a benchmark's rows, drawn when they are first asked for. Safe to use from many threads.

    Args:
        groups: A number per distinct question, shape (n,).
        n_resamples: Number of resamples r.
    """

    def __init__(self, groups: IntArray, n_resamples: int = N_RESAMPLES) -> None:
        self._groups = groups
        self._n_resamples = n_resamples
        self._kept: OrderedDict[bytes, tuple[Counts, Counts]] = OrderedDict()
        self._lock = threading.Lock()

    def counts(self, rows: BoolArray) -> Counts:
        """How often each of the m marked rows is in each resample, shape (r, m)."""
        return self._of(rows)[0]

    def means(self, rows: BoolArray, values: FloatArray) -> FloatArray:
        """Mean of values over each resample of the rows marked True, m of n.

        Args:
            rows: Shape (n,).
            values: Per marked row, shape (m,) or (m, k).

        Returns:
            Shape (r,) or (r, k).
        """
        counts, totals = self._of(rows)
        sums = counts @ np.asarray(values, dtype=np.float32)
        return np.asarray(sums / (totals if sums.ndim == 1 else totals[:, None]), dtype=np.float64)

    def estimates(self, rows: BoolArray, values: FloatArray) -> list[Estimate]:
        """Mean of each of k columns, shape (m, k), with its interval."""
        low, high = interval(self.means(rows, values))
        points = np.asarray(values, dtype=np.float64).mean(axis=0)
        return [Estimate(float(p), float(a), float(b)) for p, a, b in zip(points, low, high, strict=True)]

    def _of(self, rows: BoolArray) -> tuple[Counts, Counts]:
        key = np.packbits(rows).tobytes()
        with self._lock:
            if key not in self._kept:
                counts = draw_counts(self._groups[rows], self._n_resamples)
                counts.flags.writeable = False
                self._kept[key] = counts, counts.sum(axis=1, dtype=np.float32)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
