import numpy as np
import pytest

from router_models.causal_5star import star_probabilities
from router_models.training.causal_5star_card import quadratic_weighted_kappa
from router_models.training.causal_5star_data import to_stars
from router_models.training.ordinal import fit_ordinal

CUTS = np.array([-2.0, -1.0, 0.0, 1.5])


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, the weights behind them, and stars drawn from proportional odds."""
    rng = np.random.default_rng(0)
    features, weights = rng.normal(3.0, 2.0, size=(3_000, 5)), np.array([1.0, -0.5, 0.0, 0.25, -1.0])
    p = star_probabilities((features - 3.0) @ weights, CUTS)
    stars = 1 + (rng.random(len(p))[:, None] > p.cumsum(axis=1)).sum(axis=1)
    return features, weights, np.minimum(stars, 5)


def test_weights_and_cuts_are_found_again(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, weights, stars = drawn
    head = fit_ordinal(features, stars, stars, ridge=1e-6)
    assert head.weights == pytest.approx(weights, abs=0.1)
    assert head.cuts - 3.0 * weights.sum() == pytest.approx(CUTS, abs=0.25)


def test_rows_known_only_as_good_enough_or_not_still_teach(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, weights, stars = drawn
    vague = np.arange(len(stars)) % 4 > 0
    low = np.where(vague, np.where(stars >= 4, 4, 1), stars)
    high = np.where(vague, np.where(stars >= 4, 5, 3), stars)
    head = fit_ordinal(features, low, high, ridge=1e-6)
    assert head.weights == pytest.approx(weights, abs=0.15)
    assert (np.diff(head.cuts) > 0).all()


def test_ridge_shrinks_towards_the_base_rate(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, _, stars = drawn
    head = fit_ordinal(features, stars, stars, ridge=1e4)
    p = star_probabilities(head.scores(features), head.cuts)
    assert p.mean(axis=0) == pytest.approx(np.bincount(stars, minlength=6)[1:] / len(stars), abs=0.02)
    assert p.std(axis=0).max() < 0.01


def test_kappa_of_known_ratings() -> None:
    stars = np.array([1, 2, 3, 4, 5])
    assert quadratic_weighted_kappa(stars, stars) == 1.0
    assert quadratic_weighted_kappa(stars, stars[::-1]) == pytest.approx(-1.0)
    assert quadratic_weighted_kappa(stars, np.full(5, 3)) == pytest.approx(0.0)


def test_scores_become_whole_stars() -> None:
    assert to_stars([1.0, 3.5, 4.5, 5.0]).tolist() == [1, 4, 5, 5]
    assert to_stars([1.0, 5.0, 8.5, 10.0], per_star=2).tolist() == [1, 3, 4, 5]
