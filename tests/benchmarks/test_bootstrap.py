"""Bootstrap intervals: width, seed and pairing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.bootstrap import Estimate, bootstrap, paired_difference


def test_the_interval_of_a_mean_has_the_width_of_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(5, 2, 400)
    estimate = bootstrap(lambda rows: float(values[rows].mean()), len(values))
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.high - estimate.low == pytest.approx(2 * half, rel=0.1)


def test_equal_seeds_give_equal_intervals() -> None:
    values = np.random.default_rng(2).random(50)

    def mean(rows: np.ndarray) -> float:
        return float(values[rows].mean())

    assert bootstrap(mean, 50, seed=3) == bootstrap(mean, 50, seed=3)
    assert bootstrap(mean, 50, seed=3) != bootstrap(mean, 50, seed=4)


def test_paired_difference_is_narrower_than_either_interval() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(0, 1, 300)
    better = values + 0.1 + rng.normal(0, 0.05, 300)
    estimate = paired_difference(lambda r: float(better[r].mean()), lambda r: float(values[r].mean()), 300)
    assert 0 < estimate.low < 0.1 < estimate.high < 0.12


def test_resamples_without_a_value_do_not_count() -> None:
    def undefined_unless_row_zero(rows: np.ndarray) -> float:
        return 1.0 if 0 in rows else float("nan")

    assert bootstrap(undefined_unless_row_zero, 2) == Estimate(1.0, 1.0, 1.0)


def test_text_of_an_estimate() -> None:
    assert str(Estimate(0.62, 0.6012, 0.6399)) == "0.620 [0.601, 0.640]"


def test_repeating_every_question_does_not_narrow_the_interval() -> None:
    values = np.random.default_rng(1).random(60)
    repeated, groups = np.repeat(values, 20), np.repeat(np.arange(60), 20)

    def mean(rows: NDArray[np.int64]) -> float:
        return float(repeated[rows].mean())

    once = bootstrap(lambda rows: float(values[rows].mean()), 60)
    naive, clustered = bootstrap(mean, 1200), bootstrap(mean, 1200, groups=groups)
    assert clustered.value == pytest.approx(once.value)
    assert clustered.high - clustered.low == pytest.approx(once.high - once.low, rel=0.15)
    assert naive.high - naive.low < 0.4 * (once.high - once.low)
