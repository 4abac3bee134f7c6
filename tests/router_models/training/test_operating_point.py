"""The default threshold and temperature, on scores whose best answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from router_models.training.operating_point import cheapest_threshold, choose_operating_point


def test_the_threshold_lies_between_the_classes() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.6, 0.9])
    assert cheapest_threshold(np.array([0, 0, 0, 1, 1]), scores) == pytest.approx(0.45)


def test_balanced_accuracy_decides_where_strong_prompts_are_rare() -> None:
    # One strong prompt of twenty, with three weak ones above it: sending all four is less accurate, yet balanced.
    labels = np.zeros(20, dtype=np.int64)
    labels[16] = 1
    assert cheapest_threshold(labels, np.arange(20) / 20) == pytest.approx(15.5 / 20)


def test_of_thresholds_that_the_rows_cannot_tell_apart_the_highest_is_taken() -> None:
    # Best is 22 of 30 strong prompts for 1 of 30 weak ones, .850 ± .044; 19 of 30 for none is .817 and costs less.
    labels = np.array([1] * 20 + [0] + [1] * 2 + [0] * 29 + [1] * 8)
    scores = np.arange(60, 0, -1.0)
    assert cheapest_threshold(labels, scores) == (scores[18] + scores[19]) / 2


def test_equal_scores_are_not_torn_apart() -> None:
    labels = np.array([0, 1, 0, 1, 1])
    scores = np.array([0.1, 0.5, 0.5, 0.5, 0.9])
    assert cheapest_threshold(labels, scores) in (pytest.approx(0.3), pytest.approx(0.7))
    assert cheapest_threshold(labels, np.full(5, 0.4)) == 0.4


def test_a_boastful_network_is_cooled_down_and_its_threshold_is_a_calibrated_probability() -> None:
    rng = np.random.default_rng(0)
    log_odds = rng.normal(-1.5, 1.5, 5000)
    labels = (rng.random(5000) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    boastful = np.stack([np.zeros(5000), 3 * log_odds], axis=1)
    point = choose_operating_point(boastful, labels, np.arange(5000) % 5)
    assert point.calibration.temperature == pytest.approx(3, rel=0.1)
    assert point.ece < 0.03
    assert point.auc == pytest.approx(0.8, abs=0.05)
    # Balanced accuracy is best where P(strong) is the base rate; the chosen threshold is no lower.
    assert labels.mean() - 0.03 < point.threshold < labels.mean() + 0.15
