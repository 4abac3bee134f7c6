"""Figures of a router on labelled prompts: how it ranks them, whom it serves, and how calibrated it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.curves import Curve, full_curve
from benchmarks.metrics import area_pgr, ece
from feedback.learning.labelled import CHEAPEST, LabelledPrompts
from feedback.resolved_label import TIERS

APGR, GAINED, SERVED = "Ranking (APGR)", "Served beyond chance", "Served"
ESCALATED, RIGHT, ECE = "Escalated", "Right route", "Calibration error (ECE)"

MEANINGS = {
    APGR: "how well P(escalate) tells prompts that need more from the others; 0.5 is chance",
    GAINED: "how many more are served than if as many prompts were escalated at random",
    SERVED: "share that got a tier that suffices, or a dearer one",
    ESCALATED: "share that did not go to the cheapest tier",
    RIGHT: "share that got exactly the labelled route",
    ECE: "how far its confidence is from how often it is right",
}
"""What each figure says, for the reader."""


@dataclass(frozen=True, eq=False)
class Routed:
    """What a router makes of n prompts.

    Attributes:
        p: Probability of each route, (n, k).
        threshold: Its operating point; None where it has more than two routes and picks the likeliest.
    """

    p: FloatArray
    threshold: float | None

    @property
    def p_strong(self) -> FloatArray:
        """P(escalate), (n,)."""
        found: FloatArray = 1 - self.p[:, 0]
        return found

    @property
    def picks(self) -> IntArray:
        """Index of the picked route, (n,)."""
        picks: IntArray = (self.p.argmax(axis=1) if self.threshold is None else self.p_strong >= self.threshold).astype(
            np.int64
        )
        return picks


def served_quality(tiers: IntArray) -> tuple[FloatArray, FloatArray]:
    """Whether each prompt is served by the cheapest tier, and by a dearer one, each (n,)."""
    return (tiers == CHEAPEST).astype(np.float64), np.ones(len(tiers))


def curve_of(routed: Routed, held: LabelledPrompts, rows: IntArray) -> Curve:
    """Share served against share escalated as a threshold on P(escalate) moves, on some rows of the labels."""
    cheap, dear = served_quality(held.tiers[rows])
    return full_curve(routed.p_strong[rows], cheap, dear)


def _apgr(routed: Routed, held: LabelledPrompts, rows: IntArray) -> float:
    return area_pgr(curve_of(routed, held, rows))


def _served(routed: Routed, held: LabelledPrompts, rows: IntArray) -> float:
    last = routed.p.shape[1] - 1
    tier = np.where(routed.picks[rows] == last, TIERS[-1], routed.picks[rows] + 1)
    return float(np.mean(tier >= held.tiers[rows]))


def _gained(routed: Routed, held: LabelledPrompts, rows: IntArray) -> float:
    cheap = float(np.mean(held.tiers[rows] == CHEAPEST))
    by_chance = cheap + _escalated(routed, held, rows) * (1 - cheap)
    return float(np.mean((routed.picks[rows] > 0) | (held.tiers[rows] == CHEAPEST))) - by_chance


def _escalated(routed: Routed, held: LabelledPrompts, rows: IntArray) -> float:
    return float(np.mean(routed.picks[rows] > 0))


def _right(routed: Routed, held: LabelledPrompts, rows: IntArray) -> float:
    return float(np.mean(routed.picks[rows] == labelled_routes(held.tiers[rows], routed.p.shape[1])))


def _ece(routed: Routed, held: LabelledPrompts, rows: IntArray) -> float:
    return ece(labelled_routes(held.tiers[rows], routed.p.shape[1]), routed.p[rows])


METRICS: dict[str, Callable[[Routed, LabelledPrompts, IntArray], float]] = {
    APGR: _apgr,
    GAINED: _gained,
    SERVED: _served,
    ESCALATED: _escalated,
    RIGHT: _right,
    ECE: _ece,
}


def labelled_routes(tiers: IntArray, routes: int) -> IntArray:
    """Index of the route that labelled tiers ask for, (n,), of a router with so many routes."""
    return (tiers - 1 if routes == len(TIERS) else tiers > CHEAPEST).astype(np.int64)
