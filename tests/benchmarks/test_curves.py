"""Curves: each point is what the router would do at that threshold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.curves import curve_at, full_curve

ROWS = 20
QUALITY = arrays(float, ROWS, elements=st.sampled_from([0.0, 0.5, 1.0]))
SCORES = arrays(float, ROWS, elements=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))


@given(scores=SCORES, weak=QUALITY, strong=QUALITY, thresholds=arrays(float, 3, elements=st.floats(0, 1)))
def test_points_equal_routing_every_prompt_at_the_threshold(
    scores: np.ndarray, weak: np.ndarray, strong: np.ndarray, thresholds: np.ndarray
) -> None:
    curve = curve_at(thresholds, scores, weak, strong)
    for threshold, share, quality in zip(curve.thresholds, curve.strong_share, curve.quality, strict=True):
        to_strong = scores >= threshold
        assert np.isclose(share, to_strong.mean())
        assert np.isclose(quality, np.where(to_strong, strong, weak).mean())


@given(scores=SCORES)
def test_the_full_curve_runs_from_no_to_all_strong_calls(scores: np.ndarray) -> None:
    curve = full_curve(scores, np.zeros(ROWS), np.ones(ROWS))
    assert curve.strong_share[0] == 0
    assert curve.strong_share[-1] == 1
    assert (np.diff(curve.strong_share) > 0).all()
    assert (np.diff(curve.thresholds) < 0).all()
