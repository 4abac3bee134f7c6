"""AIQ and the Zero router, on points whose hull is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.aiq import aiq, frontier


def test_the_hull_starts_at_no_answer_and_drops_what_mixing_beats() -> None:
    hull = frontier(np.array([1.0, 2.0, 4.0, 3.0]), np.array([0.4, 0.45, 0.8, 0.7]))
    assert hull.cost.tolist() == [0.0, 1.0, 3.0, 4.0]
    assert hull.quality.tolist() == [0.0, 0.4, 0.7, 0.8]


def test_a_dearer_worse_point_never_lowers_the_hull() -> None:
    hull = frontier(np.array([1.0, 5.0]), np.array([0.6, 0.5]))
    assert hull.at(np.array([0.5, 1.0, 9.0])) == pytest.approx([0.3, 0.6, 0.6])


def test_equal_costs_keep_the_better_point() -> None:
    hull = frontier(np.array([1.0, 1.0, 1.0]), np.array([0.2, 0.6, 0.4]))
    assert hull.quality.tolist() == [0.0, 0.6]


def test_mean_quality_is_the_area_over_the_range() -> None:
    hull = frontier(np.array([1.0, 3.0]), np.array([0.4, 0.8]))
    assert hull.mean_quality(1.0, 3.0) == pytest.approx(0.6)
    assert hull.mean_quality(1.0, 5.0) == pytest.approx((0.6 * 2 + 0.8 * 2) / 4)
    with pytest.raises(ValueError, match="no range of costs"):
        hull.mean_quality(3.0, 3.0)


def test_the_zero_router_mixes_single_llms_and_an_oracle_beats_it() -> None:
    quality = {"cheap": np.array([1.0, 0.0, 0.0, 1.0]), "dear": np.array([1.0, 1.0, 0.0, 1.0])}
    cost = {"cheap": np.full(4, 1.0), "dear": np.full(4, 3.0)}
    always = [np.zeros(4, dtype=int), np.ones(4, dtype=int)]
    same = aiq(always, quality, cost)
    assert same.router == same.zero == pytest.approx((0.5 + 0.75) / 2)
    oracle = aiq([*always, np.array([0, 1, 0, 0])], quality, cost)
    assert oracle.router == pytest.approx(((0.5 + 0.75) / 2 * 0.5 + 0.75 * 1.5) / 2)
    assert (oracle.low, oracle.high) == (1.0, 3.0)
