"""RouterArena's score: quality and cost of a router's picks in one number."""

from __future__ import annotations

import numpy as np

from benchmarks import weighted
from benchmarks.benchmark import FloatArray
from benchmarks.part import Part

CHEAPEST_USD, DEAREST_USD = 0.0044, 200.0
"""USD per 1,000 queries between which cost counts."""

BETA = 0.1
"""Weight of quality against cost."""


def arena_score(quality: FloatArray, usd_per_1000: FloatArray) -> FloatArray:
    """RouterArena's score from 0 to 100.

    Args:
        quality: Mean quality, 0–1, any shape.
        usd_per_1000: Mean cost of 1,000 queries in USD, same shape.

    Source:
        RouterArena: C = (log₂200 − log₂cost) / (log₂200 − log₂0.0044), clamped; S = (1 + β)·A·C / (β·A + C), β = 0.1.
    """
    range_ = np.log2(DEAREST_USD) - np.log2(CHEAPEST_USD)
    saved = np.clip((np.log2(DEAREST_USD) - np.log2(usd_per_1000)) / range_, 0.0, 1.0)
    return np.asarray(100 * (1 + BETA) * quality * saved / (BETA * quality + saved))


def arena_figures(part: Part) -> dict[str, FloatArray]:
    """Score, quality and cost of a router's picks between the benchmark's pair, at its operating point.

    Args:
        part: A router on a benchmark with measured costs; nothing for others.
    """
    pair = part.entry.pair
    if pair is None or not part.outcomes.cost_usd:
        return {}
    rows = part.run
    counts, escalated = part.resamples.counts(rows), part.picks[rows] > 0

    def picked(by_llm: FloatArray, other: FloatArray) -> FloatArray:
        return weighted.mean(counts, np.where(escalated, by_llm[rows], other[rows]))

    quality = picked(part.outcomes.quality[pair.strong], part.outcomes.quality[pair.weak])
    usd_per_1000 = 1000 * picked(part.outcomes.cost_usd[pair.strong], part.outcomes.cost_usd[pair.weak])
    return {
        "RouterArena score": arena_score(quality, usd_per_1000),
        "quality": quality,
        "USD per 1,000": usd_per_1000,
    }
