"""The one fit behind heads, calibration and votes."""

from __future__ import annotations

import numpy as np
import pytest

from feedback.learning.conditional_logit import Problem, fit, log_losses
from router_models.base import softmax


def problem(n: int = 400, penalty: float = 0.1, seed: int = 0) -> tuple[Problem, np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(seed)
    truth = np.array([1.5, -0.8, 0.4])
    design = random.normal(size=(n, 3, 3))
    p = softmax(design @ truth)
    chosen = np.array([random.choice(3, p=row) for row in p])
    return Problem(design, chosen, np.full(3, penalty), np.zeros(3)), truth


def test_it_finds_the_parameters_that_made_the_choices() -> None:
    found, truth = problem(n=5_000)
    assert fit(found) == pytest.approx(truth, abs=0.12)


def test_at_the_optimum_no_step_helps() -> None:
    found, _ = problem()
    theta = fit(found)
    least = found.loss(theta)
    random = np.random.default_rng(1)
    assert all(found.loss(theta + random.normal(scale=1e-2, size=3)) > least for _ in range(50))


def test_it_agrees_with_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(3)
    x = random.normal(size=(300, 4))
    y = (x @ np.array([1.0, -2.0, 0.5, 0.0]) + random.logistic(size=300) > 0).astype(np.int64)
    design = np.zeros((300, 2, 4))
    design[:, 1] = x
    ours = fit(Problem(design, y, np.full(4, 2.0), np.zeros(4)))
    theirs = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-10).fit(x, y).coef_[0]
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_an_endless_pull_leaves_the_centre() -> None:
    found, _ = problem(penalty=1e9)
    centre = np.array([0.3, 0.2, -0.1])
    assert fit(Problem(found.design, found.chosen, found.penalty, centre)) == pytest.approx(centre, abs=1e-4)


def test_separable_choices_end_at_finite_parameters() -> None:
    design = np.zeros((40, 2, 1))
    design[:, 1, 0] = np.repeat([-1.0, 1.0], 20)
    theta = fit(Problem(design, np.repeat([0, 1], 20), np.array([0.01]), np.zeros(1)))
    assert 1 < theta[0] < 20


def test_losses_are_safe_for_huge_utilities() -> None:
    losses = log_losses(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 0]))
    assert losses.tolist() == [0.0, 1e4]
