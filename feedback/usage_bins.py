"""Latencies counted in bins, so that percentiles over a million of them need no million rows.

Bins are 12 % wide: a percentile is off by at most that, and mostly by a few per cent, as it is interpolated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

BINS_PER_DECADE = 20
LEAST_MS = 0.001
MOST = 10 * BINS_PER_DECADE
"""The last bin begins at 10,000 s."""


def bin_of(latency_ms: float) -> int:
    """Number of the bin of a latency; what is shorter than the first or longer than the last belongs to those."""
    if not latency_ms > LEAST_MS:
        return 0
    return int(min(MOST, BINS_PER_DECADE * math.log10(latency_ms / LEAST_MS)))


def edge_ms(number: float) -> float:
    """Where a bin begins, in ms."""
    return float(LEAST_MS * 10 ** (number / BINS_PER_DECADE))


def percentile_ms(counts: Mapping[int, int], percent: float) -> float:
    """A percentile of latencies, interpolated within its bin; NaN where there are none.

    Args:
        counts: Latencies by bin.
        percent: From 0 to 100.
    """
    total = sum(counts.values())
    if not total:
        return math.nan
    rank = total * percent / 100
    passed = 0
    for number in sorted(counts):
        if passed + counts[number] >= rank:
            return edge_ms(number + (rank - passed) / counts[number])
        passed += counts[number]
    return edge_ms(max(counts) + 1)
