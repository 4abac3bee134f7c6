"""AIQ: mean quality of a router over a range of costs, beside that of the Zero router, which mixes single LLMs.

The paper's form is followed: the mean over the range from `low` to `high`. Its authors' code divides the area by the
dearest cost of all routers instead, so figures of the code and of this module do not compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray

COST_WEIGHTS = np.concatenate([[0.0], np.geomspace(1e-3, 10.0, 40)])
"""Settings of a router that picks the highest P(correct) − weight × price, the price as a share of the dearest LLM's:
from "whatever it costs" to "the cheapest, whatever it is worth". A narrower range cuts off the curve's cheap end."""


@dataclass(frozen=True, eq=False)
class Frontier:
    """Non-decreasing convex hull of (cost, quality) points: what mixing them at random can reach.

    Attributes:
        cost: USD per prompt of the hull's corners, rising, shape (m,); the first is 0: no answer costs nothing.
        quality: Mean quality of each, rising, shape (m,); the first is 0.
    """

    cost: FloatArray
    quality: FloatArray

    def at(self, cost: FloatArray) -> FloatArray:
        """Quality at given costs ≥ 0, of any shape; beyond the dearest corner, that corner's."""
        return np.interp(cost, self.cost, self.quality)

    def mean_quality(self, low: float, high: float) -> float:
        """The area under the hull from one cost to another, divided by their distance.

        Raises:
            ValueError: `high` is not above `low`.
        """
        if not 0 <= low < high:
            raise ValueError(f"no range of costs: from {low} to {high}")
        inside = self.cost[(self.cost > low) & (self.cost < high)]
        corners = np.concatenate([[low], inside, [high]])
        return float(np.trapezoid(self.at(corners), corners) / (high - low))


def frontier(cost: FloatArray, quality: FloatArray) -> Frontier:
    """The hull of points, the null router (no answer at no cost) among them.

    Args:
        cost: USD per prompt, ≥ 0, shape (n,), n ≥ 1.
        quality: Mean quality, ≥ 0, shape (n,).

    Source:
        RouterBench, arXiv 2403.12031, section 3 (non-decreasing convex hull; extrapolation through the null router).
    """
    points = sorted({(0.0, 0.0), *zip(cost.tolist(), quality.tolist(), strict=True)})
    corners: list[tuple[float, float]] = []
    for point in points:
        if corners and point[1] <= corners[-1][1]:
            continue  # dearer and no better
        if corners and point[0] == corners[-1][0]:
            corners.pop()
        while len(corners) >= 2 and _slope(corners[-2], corners[-1]) <= _slope(corners[-2], point):
            corners.pop()
        corners.append(point)
    hull = np.array(corners)
    return Frontier(hull[:, 0], hull[:, 1])


def _slope(left: tuple[float, float], right: tuple[float, float]) -> float:
    return (right[1] - left[1]) / (right[0] - left[0])


@dataclass(frozen=True)
class Aiq:
    """AIQ of a router and of the Zero router over the same range of costs.

    Attributes:
        router: Of the router.
        zero: Of the hull of the single LLMs.
        low: Cheapest single LLM, USD per prompt.
        high: Dearest single LLM, USD per prompt.
    """

    router: float
    zero: float
    low: float
    high: float


def aiq(picks: Sequence[FloatArray], quality: Mapping[str, FloatArray], cost: Mapping[str, FloatArray]) -> Aiq:
    """AIQ between the cheapest and the dearest single LLM.

    Args:
        picks: For each setting of the router (such as a cost weight) the picked LLM's number per prompt, in the order
            of `quality`; each of shape (n,).
        quality: LLM → quality per prompt, shape (n,).
        cost: The same LLMs → USD per prompt, shape (n,).

    Source:
        RouterBench, arXiv 2403.12031, section 3: AIQ and the Zero router.
    """
    qualities = np.stack([quality[llm] for llm in quality])
    costs = np.stack([cost[llm] for llm in quality])
    rows, chosen = np.arange(qualities.shape[1]), np.asarray(picks)
    return aiq_of_rows(costs[chosen, rows], qualities[chosen, rows], costs, qualities)


def aiq_of_rows(
    routed_cost: FloatArray, routed_quality: FloatArray, single_cost: FloatArray, single_quality: FloatArray
) -> Aiq:
    """The same from what each setting and each LLM cost and gave, prompt by prompt.

    Args:
        routed_cost: USD per setting of the router and prompt, (s, n).
        routed_quality: Quality, of the same shape.
        single_cost: USD per LLM and prompt, (m, n).
        single_quality: Quality, of the same shape.
    """
    single = single_cost.mean(axis=1)
    low, high = float(single.min()), float(single.max())
    return Aiq(
        router=frontier(routed_cost.mean(axis=1), routed_quality.mean(axis=1)).mean_quality(low, high),
        zero=frontier(single, single_quality.mean(axis=1)).mean_quality(low, high),
        low=low,
        high=high,
    )
