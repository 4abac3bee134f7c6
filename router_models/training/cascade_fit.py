"""Calibrating a cascade: what each stage's votes mean, where each stage is sure, and what each threshold costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from router_models.ensemble import log_odds
from router_models.training.composite_ridge import platt

POINTS = 101
"""Operating points: percentiles of the last stage's P(strong)."""

LEAST_MASS = 0.01
"""A stage decides nothing on one side of its bounds unless so large a share of prompts lies there."""

ALL, NONE = 2.0, -1.0
"""Bounds beyond every probability: no prompt is above the one or below the other."""

BATCH = 1_000
"""Budgets are for so many prompts; with so few, chance moves the share of strong calls."""

DEVIATIONS = 2.0
"""Standard deviations of that chance by which the expected share is raised, so that a budget is rarely overrun."""


@dataclass(frozen=True, eq=False)
class Votes:
    """n prompts with the votes of s stages, cheapest stage first.

    Attributes:
        p_strong: P(strong) of each stage, (n, s); honest: out of fold where the stage learnt from the row.
        needed: How often strong was needed, (n,), 0 to 1.
        tokens: Prompt tokens, (n,).
        weights: Of each prompt in the mix of traffic, (n,), summing to 1.
    """

    p_strong: FloatArray
    needed: FloatArray
    tokens: FloatArray
    weights: FloatArray

    def take(self, rows: IntArray) -> Votes:
        """The given rows, weights summing to 1 again."""
        weights = self.weights[rows]
        return Votes(self.p_strong[rows], self.needed[rows], self.tokens[rows], weights / weights.sum())


@dataclass(frozen=True, eq=False)
class Cascade:
    """A calibrated cascade of s stages with g operating points.

    Attributes:
        slopes: Of each stage's calibration, (s,).
        intercepts: Of each stage's calibration, (s,).
        thresholds: Rising, (g,).
        lower: A stage decides weak at or below, (g, s − 1).
        upper: A stage decides strong at or above, (g, s − 1).
        shares: Expected share of strong calls and a margin for chance, (g,).
        prompt_tokens: Prompt tokens that go to the weak and the strong LLM, per prompt of all, (g, 2).
    """

    slopes: FloatArray
    intercepts: FloatArray
    thresholds: FloatArray
    lower: FloatArray
    upper: FloatArray
    shares: FloatArray
    prompt_tokens: FloatArray

    def calibrated(self, p_strong: FloatArray) -> FloatArray:
        """Every stage's calibrated P(strong), (n, s)."""
        calibrated: FloatArray = expit(log_odds(p_strong) * self.slopes + self.intercepts)
        return calibrated

    def decide(self, p_strong: FloatArray, point: int) -> tuple[IntArray, FloatArray]:
        """The deciding stage of each prompt, (n,), and its calibrated P(strong), (n,), as the served router does.

        Args:
            p_strong: Votes of the stages, (n, s).
            point: Number of the operating point.
        """
        calibrated = self.calibrated(p_strong)
        return _run(calibrated, self.lower[point], self.upper[point])


def _run(calibrated: FloatArray, lower: FloatArray, upper: FloatArray) -> tuple[IntArray, FloatArray]:
    sure = (calibrated[:, :-1] <= lower) | (calibrated[:, :-1] >= upper)
    stage = np.column_stack([sure, np.ones(len(sure), dtype=bool)]).argmax(axis=1)
    return stage, calibrated[np.arange(len(stage)), stage]


def fit_cascade(votes: Votes, agreement: float) -> Cascade:
    """Calibrates stages, then at each operating point bounds and cost.

    Args:
        votes: Honest votes on training prompts.
        agreement: How often an early stage's decision shall be the last stage's.
    """
    calibrations = [platt(odds, votes.needed, votes.weights) for odds in log_odds(votes.p_strong).T]
    slopes, intercepts = (np.array(values) for values in zip(*calibrations, strict=True))
    calibrated: FloatArray = expit(log_odds(votes.p_strong) * slopes + intercepts)
    inner = weighted_quantiles(calibrated[:, -1], votes.weights, np.linspace(0, 1, POINTS)[1:])
    thresholds = np.unique(np.concatenate([[0.0], inner, [1.0]]))
    bounds = [stage_bounds(calibrated, votes.weights, float(threshold), agreement) for threshold in thresholds]
    lower, upper = (np.array(values) for values in zip(*bounds, strict=True))
    shares, tokens = [], []
    for threshold, low, high in zip(thresholds, lower, upper, strict=True):
        strong = _run(calibrated, low, high)[1] >= threshold
        share = min(1.0, float(votes.weights[strong].sum()))
        likely = min(1.0, share + DEVIATIONS * np.sqrt(share * (1 - share) / BATCH))
        to_strong = float((votes.weights * votes.tokens)[strong].sum()) * (likely / share if share else 0.0)
        shares.append(likely)
        tokens.append((float(votes.weights @ votes.tokens) - to_strong, to_strong))
    return Cascade(slopes, intercepts, thresholds, lower, upper, np.array(shares), np.array(tokens).clip(min=0.0))


def stage_bounds(
    calibrated: FloatArray, weights: FloatArray, threshold: float, agreement: float
) -> tuple[list[float], list[float]]:
    """Lower and upper bound of every stage but the last, s − 1 each.

    Args:
        calibrated: Calibrated votes of s stages, (n, s).
        weights: Of the prompts, (n,).
        threshold: From which the last stage says strong.
        agreement: How often a stage's decision shall be the last stage's, below as above.
    """
    last_says = calibrated[:, -1] >= threshold
    waiting = np.ones(len(calibrated), dtype=bool)
    lower, upper = [], []
    for p in calibrated[:, :-1].T:
        mass = weights[waiting]
        below = _reach(p[waiting], mass, ~last_says[waiting], agreement)
        above = _reach(-p[waiting], mass, last_says[waiting], agreement)
        # Whatever a stage decides must be what its number says of the threshold.
        low = NONE if below is None else min(below, np.nextafter(threshold, -1.0))
        high = ALL if above is None else max(-above, threshold)
        lower.append(float(low))
        upper.append(float(high))
        waiting &= (p > low) & (p < high)
    return lower, upper


def _reach(p: FloatArray, mass: FloatArray, agrees: BoolArray, agreement: float) -> float | None:
    """The highest p up to which the last stage agrees often enough; None where too few prompts lie below it."""
    if p.size == 0:
        return None
    order = np.argsort(p, kind="stable")
    total = np.cumsum(mass[order])
    right = np.cumsum((mass * agrees)[order])
    last_of_equal = np.append(p[order][1:] > p[order][:-1], True)
    possible = np.flatnonzero(last_of_equal & (right >= agreement * total) & (total >= LEAST_MASS))
    return float(p[order][possible[-1]]) if possible.size else None


def weighted_quantiles(values: FloatArray, weights: FloatArray, shares: FloatArray) -> FloatArray:
    """Values below which each share of the weight lies, (m,).

    Args:
        values: (n,).
        weights: (n,), summing to 1.
        shares: (m,), 0 to 1.
    """
    order = np.argsort(values)
    quantiles: FloatArray = np.interp(shares, np.cumsum(weights[order]) - weights[order] / 2, values[order])
    return quantiles
