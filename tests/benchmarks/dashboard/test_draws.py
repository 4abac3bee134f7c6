"""The fast resamples are the slow ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import resample
from benchmarks.dashboard.draws import Draws, draw_counts, estimate_of, interval


@pytest.mark.parametrize("groups", [np.arange(40), np.repeat(np.arange(15), 3), np.array([7, 2, 7, 9, 2, 2])])
def test_counts_are_those_of_the_summary(groups: np.ndarray) -> None:
    expected = resample.counts(len(groups), groups, n_resamples=60)[1:]
    np.testing.assert_array_equal(draw_counts(groups, 60), expected)


def test_means_are_weighted_means_of_the_marked_rows() -> None:
    groups, rows = np.repeat(np.arange(10), 2), np.arange(20) % 3 > 0
    values = np.random.default_rng(0).uniform(0, 1, (int(rows.sum()), 2))
    counts = draw_counts(groups[rows]).astype(float)
    expected = counts @ values / counts.sum(axis=1, keepdims=True)
    found = Draws(groups).means(rows, values)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(Draws(groups).means(rows, values[:, 0]), expected[:, 0], rtol=1e-5)


def test_estimates_hold_the_mean_of_the_data_itself() -> None:
    values = np.random.default_rng(1).uniform(0, 1, (50, 3))
    found = Draws(np.arange(50)).estimates(np.ones(50, dtype=bool), values)
    assert [one.value for one in found] == pytest.approx(values.mean(axis=0).tolist())
    assert all(one.low < one.value < one.high for one in found)


def test_resamples_of_a_subset_are_drawn_once_and_cannot_be_changed() -> None:
    draws, rows = Draws(np.arange(30)), np.arange(30) < 20
    first = draws.counts(rows)
    assert draws.counts(rows.copy()) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 5


def test_nan_does_not_count_and_nothing_but_nan_is_nan() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    low, high = interval(values)
    assert (low[0], high[0]) == pytest.approx(tuple(np.quantile([1.0, 2.0, 3.0], [0.025, 0.975])))
    assert np.isnan(low[1])
    assert np.isnan(high[1])
    assert estimate_of(2.0, values[:, 0]).low == pytest.approx(low[0])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_every_resample_has_as_many_questions_as_the_data(groups: list[int]) -> None:
    of = np.array(groups)
    counts = draw_counts(of, 20)
    for question in set(groups):
        rows = counts[:, of == question]
        assert (rows == rows[:, :1]).all(), "rows of a question are drawn together"
    firsts = [groups.index(question) for question in set(groups)]
    assert (counts[:, firsts].sum(axis=1) == len(firsts)).all()
