"""Weights of votes, learnt online from numbers alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from feedback.learning.votes import EXPLORATION, calibrate, fit_votes
from router_models.log_odds import sigmoid

MEMBERS = ("ensemble", "wise", "coin", "contrary")


def votes(n: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Log-odds of four routers, of which the second knows, and what was needed."""
    random = np.random.default_rng(seed)
    needed = random.integers(0, 2, size=n)
    truth = 3.0 * (2 * needed - 1)
    odds = np.column_stack([random.normal(size=n), truth + random.normal(size=n), random.normal(size=n), -truth])
    return odds, needed


def hashes(n: int) -> list[str]:
    return [f"{number:064x}" for number in range(n)]


def test_who_knows_gets_the_weight_and_who_is_contrary_none() -> None:
    odds, needed = votes()
    found = fit_votes(odds, needed, MEMBERS, hashes(len(needed)))
    assert found.shares.sum() == pytest.approx(1)
    assert found.shares.argmax() == 1
    assert found.shares[1] > 0.8
    assert np.mean((found.p_strong[50:] >= 0.5) == needed[50:]) > 0.95
    said = sigmoid(odds @ found.weight + found.bias)
    assert np.mean((said >= 0.5) == needed) > 0.95


def test_on_noise_nobody_is_trusted_much() -> None:
    random = np.random.default_rng(1)
    found = fit_votes(random.normal(size=(300, 4)), random.integers(0, 2, size=300), MEMBERS, hashes(300))
    assert np.abs(found.p_strong - 0.5).mean() < 0.2


def test_a_label_is_not_known_before_it_is_said() -> None:
    """What was said of the first labels does not change with those that come later."""
    odds, needed = votes()
    turned = needed.copy()
    turned[150:] = 1 - turned[150:]
    one, other = (fit_votes(odds, labels, MEMBERS, hashes(300)) for labels in (needed, turned))
    assert one.shares.argmax() == 1
    assert one.picks[0].router == other.picks[0].router


def test_propensities_are_the_probabilities_of_the_draw() -> None:
    odds, needed = votes(n=2_000)
    found = fit_votes(odds, needed, MEMBERS, hashes(2_000))
    late = found.picks[1_000:]
    assert all(EXPLORATION / 4 - 1e-9 <= pick.propensity <= 1 - EXPLORATION * 3 / 4 + 1e-9 for pick in found.picks)
    drawn = Counter(pick.router for pick in late)
    for name in MEMBERS:
        expected = np.mean([pick.propensity for pick in late if pick.router == name] or [0.0])
        assert drawn[name] / len(late) == pytest.approx(expected, abs=0.05)


def test_the_log_tells_what_another_rule_would_have_got() -> None:
    """Inverse propensity scoring: an unbiased estimate of always following the router that knows."""
    odds, needed = votes(n=4_000)
    found = fit_votes(odds, needed, MEMBERS, hashes(4_000))
    followed = [pick.right / pick.propensity for pick in found.picks if pick.router == "coin"]
    assert sum(followed) / len(found.picks) == pytest.approx(0.5, abs=0.12)


def test_who_says_it_softly_is_heard_and_who_says_nothing_has_no_vote() -> None:
    odds, needed = votes()
    odds[:, 1] /= 50
    odds[:, 2] = 7.0
    found = fit_votes(odds, needed, MEMBERS, hashes(len(needed)))
    assert found.shares.argmax() == 1
    assert found.weight[2] == 0
    said = sigmoid(odds @ found.weight + found.bias)
    assert np.mean((said >= 0.5) == needed) > 0.95


def test_calibration_turns_nobody_round() -> None:
    odds, needed = votes()
    scale, _ = calibrate(odds[:, 3], needed)
    assert scale == pytest.approx(0.05, abs=1e-3)
    scale, shift = calibrate(odds[:, 1], needed)
    assert scale > 0.3
    assert np.mean(sigmoid(scale * odds[:, 1] + shift)) == pytest.approx(needed.mean(), abs=0.05)
