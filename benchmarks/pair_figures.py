"""Figures of a router between a weak and a strong LLM, and what an oracle would reach."""

from __future__ import annotations

import numpy as np

from benchmarks import weighted
from benchmarks.benchmark import BoolArray, FloatArray
from benchmarks.outcomes import Outcomes
from benchmarks.part import Part, Resamples
from benchmarks.suite import Pair

BY_P_CORRECT = "APGR by P(correct)"
CPT_TARGETS = {"CPT50": 0.5, "CPT80": 0.8}


def pair_figures(part: Part) -> dict[str, FloatArray]:
    """APGR, CPT50 and CPT80; where answers are right or wrong also ECE and Brier of P(strong needed).

    The strong LLM is needed where it is right and the weak one is wrong. A router that gives P(correct) of both LLMs is
    also ranked by their difference: its P(strong) is of another pair, that on which it was fitted.

    Args:
        part: A router on a benchmark with a pair.

    Returns:
        Metric → its value on the data and on each resample, shape (r + 1,).
    """
    if part.entry.pair is None:
        return {}
    rows = part.run & _both(part.outcomes, part.entry.pair)
    counts, scores = part.resamples.counts(rows), part.p_strong[rows]
    weak, strong = part.outcomes.quality[part.entry.pair.weak], part.outcomes.quality[part.entry.pair.strong]
    weak, strong = weak[rows], strong[rows]
    figures = ranking_figures(counts, scores, weak, strong)
    if {part.entry.pair.weak, part.entry.pair.strong} <= set(part.choices):
        gain = part.choices[part.entry.pair.strong] - part.choices[part.entry.pair.weak]
        figures[BY_P_CORRECT] = weighted.deciles(counts, gain[rows], weak, strong).apgr
    if np.isin(np.concatenate([weak, strong]), (0.0, 1.0)).all():
        needed = (strong > weak).astype(np.int64)
        binary = np.column_stack([1.0 - scores, scores])
        figures["ECE"] = weighted.ece(counts, needed, binary)
        figures["Brier"] = weighted.brier(counts, needed, binary)
    return figures


def oracle_figures(outcomes: Outcomes, pair: Pair, resamples: Resamples) -> dict[str, FloatArray]:
    """What ranking the prompts by what the strong LLM gains would reach."""
    rows = _both(outcomes, pair)
    weak, strong = outcomes.quality[pair.weak][rows], outcomes.quality[pair.strong][rows]
    return ranking_figures(resamples.counts(rows), strong - weak, weak, strong)


def ranking_figures(
    counts: FloatArray, scores: FloatArray, weak: FloatArray, strong: FloatArray
) -> dict[str, FloatArray]:
    """APGR and CPT of scores, shape (n,); the higher, the rather to the strong LLM."""
    points = weighted.deciles(counts, scores, weak, strong)
    return {"APGR": points.apgr} | {name: points.cpt(target) for name, target in CPT_TARGETS.items()}


def _both(outcomes: Outcomes, pair: Pair) -> BoolArray:
    """True where both LLMs were run."""
    both: BoolArray = np.isfinite(outcomes.quality[pair.weak]) & np.isfinite(outcomes.quality[pair.strong])
    return both
