"""What an operating point is held against, on the very prompts on which its router was run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import ALWAYS_STRONG, ALWAYS_WEAK, RANDOM, Ranking, ranking, ranking_names
from errors import BadInputError, UnknownNameError


@dataclass(frozen=True)
class Baseline:
    """What an operating point is held against, on the same prompts.

    Attributes:
        name: `always-strong`, `always-weak`, `random`, or a ranking at the same share of strong calls.
        said: In words, such as "prompt-length at the same share of strong calls".
        quality: Its mean quality.
        usd_per_1000: Its mean cost of 1,000 prompts; None without a cost basis.
    """

    name: str
    said: str
    quality: Estimate
    usd_per_1000: Estimate | None


def baseline_names(numbers: Numbers) -> tuple[str, ...]:
    """What a point can be held against: fixed choices, then every ranking at the same share of strong calls."""
    fixed = (ALWAYS_STRONG, ALWAYS_WEAK, RANDOM)
    return (*fixed, *(name for name in ranking_names(numbers) if name not in fixed))


def baseline_escalation(numbers: Numbers, rank: Ranking, baseline: str, share: float) -> FloatArray:
    """How surely the baseline escalates each of the router's m rows; NaN where it was not run, shape (m,).

    Raises:
        UnknownNameError: There is no such baseline.
    """
    constant = {ALWAYS_STRONG: 1.0, ALWAYS_WEAK: 0.0, RANDOM: share}
    if baseline in constant:
        return np.full(len(rank), constant[baseline])
    if baseline not in ranking_names(numbers):
        mend = f"Choose from {', '.join(baseline_names(numbers))}."
        raise UnknownNameError(f"There is no baseline {baseline[:60]!r}.", mend)
    other = ranking(numbers, baseline)
    everywhere = np.full(len(numbers), np.nan)
    both = rank.rows[other.rows]
    everywhere[rank.rows & other.rows] = _taken(other, both).escalated_at(share)
    return everywhere[rank.rows]


def _taken(rank: Ranking, keep: BoolArray) -> Ranking:
    return Ranking(rank.name, rank.rows, rank.scores[keep], rank.weak[keep], rank.strong[keep], rank.threshold)


def shared_rows(rank: Ranking, theirs: FloatArray) -> tuple[BoolArray, FloatArray, BoolArray]:
    """Rows of the benchmark on which both ran, the strong LLM's gain per row of the router, and which of those count.

    Raises:
        BadInputError: There is no such row.
    """
    usable = np.isfinite(theirs)
    if not usable.any():
        raise BadInputError("The two routers were run on different prompts.", "Choose another baseline.")
    rows = rank.rows.copy()
    rows[np.flatnonzero(rank.rows)[~usable]] = False
    return rows, rank.gain, usable


def said(baseline: str, share: float) -> str:
    """A baseline in words, at a share of strong calls."""
    fixed = {
        ALWAYS_STRONG: "the strong LLM for every prompt",
        ALWAYS_WEAK: "the weak LLM for every prompt",
        RANDOM: f"prompts drawn at random, {share:.0%} of them to the strong LLM",
    }
    return fixed.get(baseline, f"{baseline} at the same share of strong calls")
