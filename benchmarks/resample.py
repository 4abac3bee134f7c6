"""Bootstrap resamples as counts: how often each row was drawn, so that metrics of all resamples are matrix products."""

from __future__ import annotations

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.bootstrap import LEVEL, N_RESAMPLES, Estimate, resamples

ALL_ROWS = 0
"""The first row of the counts is the data itself: every row once."""


def counts(n_rows: int, groups: IntArray, *, seed: int = 0, n_resamples: int = N_RESAMPLES) -> FloatArray:
    """The data itself, then resamples of whole questions: the same ones as `benchmarks.bootstrap.bootstrap` draws.

    Args:
        n_rows: Number of rows n.
        groups: A number per distinct question, shape (n,).
        seed: As for `bootstrap`.
        n_resamples: Number of resamples r.

    Returns:
        How often each row is in each resample, shape (r + 1, n).
    """
    drawn = np.ones((n_resamples + 1, n_rows))
    random = np.random.default_rng(seed)
    for number, rows in enumerate(resamples(n_rows, groups, random, n_resamples), start=1):
        drawn[number] = np.bincount(rows, minlength=n_rows)
    return drawn


def estimate(values: FloatArray) -> Estimate:
    """The value on all rows with its percentile interval; resamples on which it is NaN do not count.

    Args:
        values: A metric of the data itself, then of each resample, shape (r + 1,).
    """
    tail = (1.0 - LEVEL) / 2.0
    kept = values[1:][~np.isnan(values[1:])]
    low, high = np.quantile(kept, [tail, 1.0 - tail]) if kept.size else (np.nan, np.nan)
    return Estimate(float(values[ALL_ROWS]), float(low), float(high))
