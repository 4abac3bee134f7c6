"""The threshold that reaches a target."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from errors import BadInputError
from feedback.learning.target import Target, threshold_for

P = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
NEEDED = np.array([0, 1, 0, 0, 1, 0, 1, 1, 0, 1])


def served(threshold: float) -> float:
    return float(np.mean((threshold <= P) | (NEEDED == 0)))


@pytest.mark.parametrize("share", [0.5, 0.6, 0.75, 0.9, 1.0])
def test_quality_is_reached_at_the_highest_threshold_that_serves_enough(share: float) -> None:
    threshold = threshold_for(Target("quality", share), P, NEEDED)
    assert served(threshold) >= share
    higher = [p for p in (*P, 1.0) if p > threshold]
    assert all(served(between) < share for between in np.array(higher) + 0.001) or threshold > P.max()


@pytest.mark.parametrize(("share", "escalated"), [(0.0, 0), (0.3, 3), (0.35, 3), (1.0, 10)])
def test_cost_is_kept_by_the_lowest_threshold_that_escalates_few_enough(share: float, escalated: int) -> None:
    assert np.sum(threshold_for(Target("cost", share), P, NEEDED) <= P) == escalated


def test_thresholds_lie_between_scores() -> None:
    assert threshold_for(Target("cost", 0.5), P, NEEDED) == pytest.approx(0.55)


def test_equal_scores_fall_on_one_side() -> None:
    alike = np.full(10, 0.4)
    assert threshold_for(Target("cost", 0.5), alike, NEEDED) > 0.4
    assert threshold_for(Target("quality", 0.9), alike, NEEDED) == 0.0


def test_scores_of_one_are_no_reason_to_fail() -> None:
    assert threshold_for(Target("cost", 0.1), np.ones(5), np.ones(5, dtype=np.int64)) == 1.0


@pytest.mark.parametrize(("kind", "share"), [("speed", 0.5), ("quality", -0.1), ("cost", 1.01), ("cost", float("nan"))])
def test_what_is_no_target_is_refused(kind: str, share: float) -> None:
    with pytest.raises(BadInputError):
        Target(kind, share)  # type: ignore[arg-type]


def test_targets_read_as_sentences() -> None:
    assert (str(Target("quality", 0.9)), str(Target("cost", 0.4))) == ("serve at least 90%", "escalate at most 40%")


def test_many_labels_need_no_table_of_all_pairs() -> None:
    n = 20_000
    p = np.linspace(0.0, 0.999, n)
    needed = (np.arange(n) % 3 == 0).astype(int)
    tracemalloc.start()
    threshold = threshold_for(Target("quality", 0.9), p, needed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.mean((p >= threshold) | (needed == 0)) == pytest.approx(0.9, abs=1e-3)
    assert peak < 20e6  # a table of 20,000 by 20,000 has 400 MB
