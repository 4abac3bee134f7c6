"""Heads and look-ups, learnt from numbers alone."""

from __future__ import annotations

import numpy as np
import pytest

from feedback.learning.head import LEAST_SCALE, calibrated, fit_head, sharpness_of, simplest
from feedback.learning.references import ENDLESS, fit_references
from router_models.base import softmax
from router_models.learnt_head import log_p
from router_models.learnt_references import mix

N, D = 240, 40
FOLDS = np.arange(N) % 5


def features(seed: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).normal(size=(N, D)).astype(np.float32)


def even(k: int = 3) -> np.ndarray:  # type: ignore[type-arg]
    return np.full((N, k), 1 / k)


def corrected(p: np.ndarray, x: np.ndarray, fit: object) -> np.ndarray:  # type: ignore[type-arg]
    return softmax(fit.scale * log_p(p) + x @ fit.weight + fit.bias)  # type: ignore[attr-defined]


def test_a_head_learns_what_a_feature_says() -> None:
    x = features()
    chosen = np.where(x[:, 3] > 0.5, 2, np.where(x[:, 3] < -0.5, 0, 1))
    fit = fit_head(even(), x, chosen, FOLDS)
    assert np.isfinite(fit.strength)
    assert np.mean(corrected(even(), x, fit).argmax(axis=1) == chosen) > 0.8
    assert np.mean(fit.p.argmax(axis=1) == chosen) > 0.6  # also of what each fold had not seen


def test_on_noise_the_router_that_ships_keeps_its_say() -> None:
    for seed in range(5):
        x, random = features(seed), np.random.default_rng(100 + seed)
        p = softmax(random.normal(size=(N, 3)))
        chosen = np.array([random.choice(3, p=row) for row in p])
        fit = fit_head(p, x, chosen, FOLDS)
        assert fit.strength >= 1.0
        assert fit.scale == pytest.approx(1.0, abs=0.45)


def test_a_router_that_is_right_is_left_alone() -> None:
    chosen = np.random.default_rng(0).integers(0, 2, size=N)
    p = np.where(np.eye(2)[chosen] > 0, 0.95, 0.05)
    fit = fit_head(p, features(), chosen, FOLDS)
    assert fit.strength == np.inf
    assert not fit.weight.any()
    assert (fit.p.argmax(axis=1) == chosen).all()


def test_a_router_that_is_always_wrong_is_not_turned_round() -> None:
    chosen = np.random.default_rng(0).integers(0, 2, size=N)
    p = np.where(np.eye(2)[chosen] > 0, 0.05, 0.95)
    fit = fit_head(p, np.zeros((N, D), dtype=np.float32), chosen, FOLDS)
    assert 0 < fit.scale <= LEAST_SCALE * 3
    scale, _ = calibrated(log_p(p), chosen)
    assert scale == pytest.approx(LEAST_SCALE, abs=1e-3)


def test_features_that_never_change_do_no_harm() -> None:
    x = np.ones((N, D), dtype=np.float32)
    chosen = np.random.default_rng(0).integers(0, 3, size=N)
    fit = fit_head(even(), x, chosen, FOLDS)
    assert np.isfinite(corrected(even(), x, fit)).all()


def test_out_of_fold_probabilities_are_calibrated() -> None:
    x, random = features(2), np.random.default_rng(5)
    p = softmax(np.column_stack([x[:, 0] * 2, np.zeros(N)]))
    chosen = np.array([random.choice(2, p=row) for row in p])
    fit = fit_head(even(2), x, chosen, FOLDS)
    high = fit.p[:, 1] > 0.5
    assert np.mean(chosen[high] == 1) == pytest.approx(fit.p[high, 1].mean(), abs=0.1)


def test_the_simplest_within_one_standard_error_is_kept() -> None:
    random = np.random.default_rng(0)
    best = random.normal(1.0, 0.5, size=200)
    near = best + random.normal(0.001, 0.05, size=200)
    far = best + 0.3
    assert simplest({1.0: best, 2.0: near, 3.0: far}) == 2.0
    assert simplest({1.0: best, 2.0: far}) == 1.0
    assert simplest({1.0: best, 2.0: best}) == 2.0


def test_too_sure_is_made_less_sure() -> None:
    random = np.random.default_rng(0)
    chosen = random.integers(0, 2, size=500)
    utilities = np.where(np.eye(2)[np.where(random.random(500) < 0.7, chosen, 1 - chosen)] > 0, 4.0, 0.0)
    assert sharpness_of(utilities, chosen) == pytest.approx(0.21, abs=0.04)


def unit(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_look_ups_learn_from_neighbours() -> None:
    random = np.random.default_rng(0)
    chosen = random.integers(0, 2, size=N)
    centres = random.normal(size=(2, D))
    fit = fit_references(even(2), unit(centres[chosen] + 0.6 * random.normal(size=(N, D))), chosen, FOLDS)
    assert fit.strength < ENDLESS
    assert np.mean(fit.p.argmax(axis=1) == chosen) > 0.9


def test_look_ups_do_not_learn_noise() -> None:
    for seed in range(4):
        chosen = np.random.default_rng(50 + seed).integers(0, 2, size=N)
        fit = fit_references(even(2), unit(features(seed)), chosen, FOLDS)
        assert np.abs(fit.p - 0.5).max() < 0.2


def test_a_label_never_vouches_for_itself() -> None:
    """Every prompt has one twin in its own fold: who looked it up would know every label."""
    half = unit(np.random.default_rng(0).normal(size=(N // 2, D)))
    chosen = np.random.default_rng(1).integers(0, 2, size=N // 2)
    twins = np.concatenate([half, half]), np.concatenate([chosen, chosen])
    folds = np.concatenate([np.arange(N // 2) % 5] * 2)
    fit = fit_references(even(2), twins[0], twins[1], folds)
    assert np.mean(fit.p.argmax(axis=1) == twins[1]) < 0.65


def test_a_mixture_is_a_distribution_between_its_parts() -> None:
    p = np.array([[0.9, 0.1]])
    cosines = np.array([[1.0, -1.0]], dtype=np.float32)
    mixed = mix(p, cosines, np.array([1, 0]), sharpness=20.0, strength=1.0)
    assert mixed[0] == pytest.approx([0.45, 0.55], abs=1e-6)
    assert mix(p, cosines, np.array([1, 0]), 20.0, ENDLESS)[0] == pytest.approx(p[0], abs=1e-6)
