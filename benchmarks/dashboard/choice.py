"""Which threshold of a router reaches a goal, on given prompts: the first half of the way from goal to router."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import Ranking

Kind = Literal["strong calls", "budget", "quality", "kept"]
FLOORS = frozenset({"quality", "kept"})
"""Kinds that ask for enough, as cheaply as possible; the others limit what is spent."""

ONE_SIDED = 1.644854
"""95 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Goal:
    """What is wanted.

    Attributes:
        kind: `strong calls`: at most this share of them; `budget`: at most so many USD for 1,000 prompts;
            `quality`: at least this mean quality, as cheaply as possible; `kept`: at least this share of what the
            strong LLM's answers are better by, as cheaply as possible.
        value: The share (0–1), the USD, or the quality on the benchmark's own scale.
        sure: Whether the choice must leave a margin, the one-sided 95 % error of its mean, so that it holds on other
            prompts in most cases and not in every second one.
    """

    kind: Kind
    value: float
    sure: bool = False

    def said(self) -> str:
        """The goal in words."""
        if self.kind == "strong calls":
            return f"at most {self.value:.0%} strong calls"
        if self.kind == "budget":
            return f"at most ${self.value:,.4g} for 1,000 prompts"
        if self.kind == "kept":
            return f"at least {self.value:.0%} of the strong LLM's advantage"
        return f"a quality of at least {self.value:.3f}"


@dataclass(frozen=True)
class Setting:
    """One threshold, as it looks on the prompts on which it was chosen.

    Attributes:
        threshold: A prompt is escalated where its score ≥ threshold.
        share: Share of strong calls.
        quality: Mean quality: flattered, since it was chosen by it.
        usd_per_1000: Mean cost of 1,000 prompts; None without a cost basis.
    """

    threshold: float
    share: float
    quality: float
    usd_per_1000: float | None

    @property
    def price(self) -> float:
        """What it is to be had for: its cost, or without one its share of strong calls."""
        return self.share if self.usd_per_1000 is None else self.usd_per_1000


def best_setting(numbers: Numbers, rank: Ranking, goal: Goal, basis: CostBasis | None) -> Setting | None:
    """The setting of a router that serves a goal best; None where none reaches it.

    For a quality the cheapest setting, for a limit the best one below it; every score is tried as threshold.
    """
    share = rank.along(np.zeros(len(rank)), np.ones(len(rank)))
    quality = rank.along(rank.weak, rank.strong)
    usd = None
    limited, squares = share, share
    if basis:
        weak, strong = (1000.0 * values for values in rank.usd(basis, numbers))
        usd = rank.along(weak, strong)
        if goal.kind == "budget":
            limited, squares = usd, rank.along(weak**2, strong**2)
    if goal.kind in FLOORS:
        below, above, floor = floor_terms(rank, goal)
        surplus = rank.along(below, above)
        margin = _margin(surplus, rank.along(below**2, above**2), len(rank))
        allowed, first, second = surplus - goal.sure * margin >= floor, share if usd is None else usd, -quality
    else:
        margin = _margin(limited, squares, len(rank))
        allowed, first, second = limited + goal.sure * margin <= goal.value, -quality, share
    reached = np.flatnonzero(allowed)
    if reached.size == 0:
        return None
    ties = reached[first[reached] == first[reached].min()]
    at = int(ties[second[ties].argmin()])
    spent = None if usd is None else float(usd[at])
    return Setting(float(rank.thresholds[at]), float(share[at]), float(quality[at]), spent)


def floor_terms(rank: Ranking, goal: Goal) -> tuple[FloatArray, FloatArray, float]:
    """What each prompt adds to the mean that must reach a floor: with the weak LLM, with the strong one, and the floor.

    For `kept` the terms are differences on the same prompt, (escalated − value) × gain: a prompt that both LLMs answer
    alike adds nothing, so the margin is that of the advantage and not of the prompts' own difficulty.
    """
    if goal.kind == "quality":
        return rank.weak, rank.strong, goal.value
    return -goal.value * rank.gain, (1.0 - goal.value) * rank.gain, 0.0


def _margin(mean: FloatArray, mean_of_squares: FloatArray, n: int) -> FloatArray:
    """By how much a mean of n values may be off, one-sided 95 %, by the normal approximation."""
    return np.asarray(ONE_SIDED * np.sqrt(np.maximum(mean_of_squares - mean**2, 0.0) / n))
