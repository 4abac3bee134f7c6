"""Ridge regression and Platt scaling on made-up rows whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from router_models.training.composite_ridge import fit_ridge, platt, ridge_out_of_fold


def test_without_penalty_the_true_line_is_found_whatever_the_scales() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 3)) * [1.0, 100.0, 0.01] + [0.0, 5.0, -2.0]
    targets = features @ [2.0, 0.03, -40.0] + 1.5
    model = fit_ridge(features, targets, np.ones(500), ridge=1e-9)
    assert model.weights == pytest.approx([2.0, 0.03, -40.0])
    assert model(features) == pytest.approx(targets)


def test_rows_of_weight_zero_do_not_count_and_penalties_choose_the_cheaper_feature() -> None:
    rng = np.random.default_rng(1)
    twice = np.repeat(rng.normal(size=(400, 1)), 2, axis=1)
    targets = np.where(np.arange(400) < 300, twice[:, 0], 1e6)
    weights = (np.arange(400) < 300).astype(float)
    predicted = ridge_out_of_fold(twice, targets, weights, 1e-6, np.arange(400) % 5)
    assert predicted[:300] == pytest.approx(targets[:300], abs=1e-3)
    model = fit_ridge(twice[:300], targets[:300], np.ones(300), 10.0, np.array([1.0, 0.01]))
    assert model.weights[1] > 50 * model.weights[0]


def test_out_of_fold_a_row_cannot_explain_itself() -> None:
    rng = np.random.default_rng(2)
    features, targets = rng.normal(size=(60, 50)), rng.normal(size=60)
    inside = fit_ridge(features, targets, np.ones(60), 1e-6)(features)
    outside = ridge_out_of_fold(features, targets, np.ones(60), 1e-6, np.arange(60) % 5)
    assert np.corrcoef(inside, targets)[0, 1] > 0.9
    assert np.corrcoef(outside, targets)[0, 1] < 0.5


def test_platt_finds_slope_and_intercept_and_minds_the_weights() -> None:
    scores = np.random.default_rng(3).normal(size=4_000)
    slope, intercept = platt(scores, expit(1.7 * scores - 0.4))
    assert (slope, intercept) == pytest.approx((1.7, -0.4), abs=1e-3)
    doubtful = np.where(scores > 0, 0.5, expit(1.7 * scores - 0.4))
    weighted = platt(scores, doubtful, (scores <= 0).astype(float) + 1e-9)
    assert weighted == pytest.approx((1.7, -0.4), abs=1e-2)
