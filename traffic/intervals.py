"""95 % intervals for what a sample of traffic says of all traffic."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.curves import NORMAL_97_5 as Z

FEW = 30
"""With fewer prompts no interval here is to be trusted."""


def share_of(count: int, total: int) -> Estimate:
    """A share with its Wilson interval.

    Source:
        Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if not total:
        return Estimate(math.nan, math.nan, math.nan)
    share = count / total
    middle = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z * math.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2)) / (1 + Z**2 / total)
    return Estimate(share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))


def mean_of(values: FloatArray) -> Estimate:
    """A mean with its normal interval, of values of shape (m,)."""
    if not len(values):
        return Estimate(math.nan, math.nan, math.nan)
    mean = float(values.mean())
    half = Z * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return Estimate(mean, mean - half, mean + half)


def ratio_of(above: FloatArray, below: FloatArray) -> Estimate | None:
    """The ratio of two means over the same prompts, each of shape (m,); None where the lower one is 0.

    Source:
        Cochran, Sampling Techniques, 1977, section 6.4: variance of a ratio by its linear approximation.
    """
    if not len(below) or not below.mean():
        return None
    ratio = float(above.mean() / below.mean())
    spread = mean_of(np.asarray((above - ratio * below) / below.mean()))
    return Estimate(ratio, ratio + spread.low, ratio + spread.high)


def times(estimate: Estimate, factor: float) -> Estimate:
    """An estimate of a multiple."""
    return Estimate(estimate.value * factor, estimate.low * factor, estimate.high * factor)
