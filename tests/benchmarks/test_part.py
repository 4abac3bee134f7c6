"""One router on one benchmark: where it ran, what it picks, and resamples of just those rows."""

from __future__ import annotations

import numpy as np

from benchmarks.outcomes import Outcomes
from benchmarks.part import DEFAULT_THRESHOLD, Part, Resamples, all_finite, operating_point
from benchmarks.suite import entries
from router_models import RouterPanel

OUTCOMES = Outcomes(("a", "b", "a"))
RAY = entries(["ray"])[0]


def _part(probabilities: list[list[float]], threshold: float = 0.5) -> Part:
    return Part(RAY, OUTCOMES, np.array(probabilities), threshold, Resamples(OUTCOMES.groups))


def test_two_routes_are_picked_by_threshold() -> None:
    probabilities = [[0.7, 0.3], [0.6, 0.4], [0.2, 0.8]]
    assert _part(probabilities, 0.4).picks.tolist() == [0, 1, 1]
    assert _part(probabilities, 0.9).picks.tolist() == [0, 0, 0]
    np.testing.assert_allclose(_part(probabilities).p_strong, [0.3, 0.4, 0.8])


def test_of_three_routes_the_likeliest_is_picked() -> None:
    part = _part([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [np.nan] * 3])
    assert part.picks.tolist() == [0, 1, 0]
    assert part.run.tolist() == [True, True, False]


def test_resamples_are_of_the_rows_asked_for_and_drawn_once() -> None:
    resamples = Resamples(OUTCOMES.groups)
    rows = np.array([True, False, True])
    counts = resamples.counts(rows)
    assert counts.shape[1] == 2
    assert (counts == 1).all()  # both rows are one question, which is always drawn
    assert resamples.counts(rows.copy()) is counts


def test_all_finite_looks_at_every_value() -> None:
    assert all_finite(np.array([[1.0, np.nan, 2.0], [1.0, 2.0, np.inf]])).tolist() == [True, False, False]


def test_the_operating_point_is_the_cards(panel: RouterPanel) -> None:
    card = panel["prompt-length"].card
    assert operating_point(card) == card.threshold
    assert operating_point(card.model_copy(update={"threshold": None})) == DEFAULT_THRESHOLD
