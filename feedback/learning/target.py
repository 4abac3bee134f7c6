"""What an operating point shall reach, and the threshold on the labels that reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from errors import BadInputError

TargetKind = Literal["quality", "cost"]
KINDS: tuple[TargetKind, ...] = get_args(TargetKind)
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Target:
    """What to reach.

    Attributes:
        kind: `quality` serves at least a share of the prompts with a tier that suffices, as cheaply as possible;
            `cost` escalates at most a share of them, and serves as many as possible.
        share: From 0 to 1.

    Raises:
        BadInputError: It is neither, or the share is out of range.
    """

    kind: TargetKind = "quality"
    share: float = 0.9

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInputError(f"There is no target '{self.kind}'.", f"Choose one of: {', '.join(KINDS)}.")
        if not 0 <= self.share <= 1:
            raise BadInputError(f"The target is {self.share:g}.", "Choose a share from 0 to 100 %.")

    def __str__(self) -> str:
        """As in a sentence."""
        if self.kind == "quality":
            return f"serve at least {self.share:.0%}"
        return f"escalate at most {self.share:.0%}"


def threshold_for(target: Target, p_strong: FloatArray, needed: IntArray) -> float:
    """The threshold that reaches a target on labelled prompts.

    Args:
        target: What to reach.
        p_strong: P(escalate), (n,).
        needed: 1 where more than the cheapest tier is needed, (n,).

    Returns:
        For quality the highest threshold that serves enough; for cost the lowest that escalates few enough. It lies
        between two scores, so that neither side hangs on rounding.
    """
    scores, counts = np.unique(p_strong, return_counts=True)
    middles = np.concatenate([[0.0], (scores[:-1] + scores[1:]) / 2, [(scores[-1] + 1) / 2]])
    below = np.searchsorted(scores, middles)
    needing = np.bincount(np.searchsorted(scores, p_strong), weights=needed != 0, minlength=len(scores))
    if target.kind == "quality":
        served = 1 - np.concatenate([[0.0], np.cumsum(needing)])[below] / len(p_strong)
        reached = np.flatnonzero(served >= target.share - 1e-12)
        return round(float(middles[reached[-1]]), DIGITS)
    escalated = 1 - np.concatenate([[0], np.cumsum(counts)])[below] / len(p_strong)
    reached = np.flatnonzero(escalated <= target.share + 1e-12)
    if reached.size == 0:  # scores of 1 escalate whatever the threshold
        return 1.0
    return round(float(middles[reached[0]]), DIGITS)
