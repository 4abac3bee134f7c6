"""Figures of a router among many LLMs: the quality of what it picks, and AIQ where answers have costs."""

from __future__ import annotations

import numpy as np

from benchmarks import weighted
from benchmarks.aiq import COST_WEIGHTS, frontier
from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.outcomes import Outcomes
from benchmarks.part import Part, Resamples, all_finite
from benchmarks.suite import Pair

N_THRESHOLDS = 41
PICK = "quality of the pick"
AIQ_GAIN = "AIQ above the Zero router"


def complete(outcomes: Outcomes) -> list[str]:
    """LLMs that were run on every prompt."""
    return [llm for llm, quality in outcomes.quality.items() if np.isfinite(quality).all()]


def best_pick_figures(part: Part) -> dict[str, FloatArray]:
    """Mean quality of the LLM with the highest P(correct), and its ratio to the best single LLM.

    Args:
        part: A router that gives P(correct) of at least two LLMs; nothing for others.

    Source:
        RouterEval: V_B = mean quality / that of the best single LLM.
    """
    llms = [llm for llm in complete(part.outcomes) if llm in part.choices]
    if len(llms) < 2:
        return {}
    p_correct = np.stack([part.choices[llm] for llm in llms])
    quality = np.stack([part.outcomes.quality[llm] for llm in llms])
    rows = all_finite(p_correct)
    counts = part.resamples.counts(rows)
    picked = quality[p_correct[:, rows].argmax(axis=0), np.flatnonzero(rows)]
    single = max((part.outcomes.quality[llm] for llm in complete(part.outcomes)), key=lambda values: values.mean())
    mean = weighted.mean(counts, picked)
    return {PICK: mean, "V_B": mean / weighted.mean(counts, single[rows])}


def pool_baselines(outcomes: Outcomes, resamples: Resamples) -> dict[str, dict[str, FloatArray]]:
    """Mean quality of the best single LLM and of an oracle, as `quality of the pick`."""
    quality = np.stack([outcomes.quality[llm] for llm in complete(outcomes)])
    counts = resamples.counts(np.ones(len(outcomes), dtype=bool))
    best = weighted.mean(counts, quality[quality.mean(axis=1).argmax()])
    oracle = weighted.mean(counts, quality.max(axis=0))
    return {
        "best-single-llm": {PICK: best, "V_B": np.ones_like(best)},
        "oracle": {PICK: oracle, "V_B": oracle / best},
    }


def aiq_figures(part: Part) -> dict[str, FloatArray]:
    """AIQ and its distance from the Zero router's, between the cheapest and the dearest single LLM.

    A router with P(correct) of the LLMs picks the highest P(correct) − weight × price, an LLM's price being its mean
    cost on the train part; any other router moves its threshold between the two LLMs of the benchmark's pair. What the
    picks cost is measured, and so is what single LLMs cost.

    Args:
        part: A router on a benchmark with measured costs.

    Raises:
        KeyError: The train part's costs of an LLM are not known.
    """
    pair = part.entry.pair
    if pair is None or set(part.outcomes.cost_usd) != set(part.outcomes.quality):
        return {}
    picks, rows = _sweep(part, pair)
    counts = part.resamples.counts(rows)
    quality, cost = _matrices(part.outcomes, rows)
    router = _mean_under_hull(counts, *_routed(picks, cost, quality), cost)
    zero = _mean_under_hull(counts, cost, quality, cost)
    return {"AIQ": router, AIQ_GAIN: router - zero}


def zero_router_figures(outcomes: Outcomes, resamples: Resamples) -> dict[str, FloatArray]:
    """AIQ of mixing single LLMs at random, which needs no router."""
    rows = np.ones(len(outcomes), dtype=bool)
    quality, cost = _matrices(outcomes, rows)
    area = _mean_under_hull(resamples.counts(rows), cost, quality, cost)
    return {"AIQ": area, AIQ_GAIN: np.zeros_like(area)}


def _sweep(part: Part, pair: Pair) -> tuple[IntArray, BoolArray]:
    """Numbers of the picked LLMs per setting, shape (s, m), and the rows that have picks, m of n."""
    llms = list(part.outcomes.quality)
    if set(llms) <= set(part.choices):
        p_correct = np.stack([part.choices[llm] for llm in llms])
        rows = all_finite(p_correct)
        price = np.array([part.train_costs[llm] for llm in llms])
        share = (price / price.max())[:, None]
        return np.array([(p_correct[:, rows] - weight * share).argmax(axis=0) for weight in COST_WEIGHTS]), rows
    weak, strong = llms.index(pair.weak), llms.index(pair.strong)
    scores = part.p_strong[part.run]
    edges = [*np.quantile(scores, np.linspace(0.0, 1.0, N_THRESHOLDS)), np.inf]
    return np.array([np.where(scores >= edge, strong, weak) for edge in edges]), part.run


def _matrices(outcomes: Outcomes, rows: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Quality and cost of every LLM on the given rows, each of shape (LLMs, m)."""
    quality = np.stack([values[rows] for values in outcomes.quality.values()])
    return quality, np.stack([outcomes.cost_usd[llm][rows] for llm in outcomes.quality])


def _routed(picks: IntArray, cost: FloatArray, quality: FloatArray) -> tuple[FloatArray, FloatArray]:
    rows = np.arange(picks.shape[1])
    return cost[picks, rows], quality[picks, rows]


def _mean_under_hull(counts: FloatArray, cost: FloatArray, quality: FloatArray, single: FloatArray) -> FloatArray:
    """Per resample, mean quality under the hull of (cost, quality) points, each of shape (points, m)."""
    total = counts.sum(axis=1, keepdims=True)
    costs, qualities, singles = (counts @ values.T / total for values in (cost, quality, single))
    return np.array(
        [
            frontier(at, reached).mean_quality(float(alone.min()), float(alone.max()))
            for at, reached, alone in zip(costs, qualities, singles, strict=True)
        ]
    )
