"""RouterArena's score against its published check value, and on a pair."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.arena import arena_figures, arena_score
from benchmarks.outcomes import Outcomes
from benchmarks.part import Part, Resamples
from benchmarks.suite import Entry, Pair


def test_the_published_check_value() -> None:
    assert arena_score(np.array(0.6688), np.array(0.15)) == pytest.approx(66.9, abs=0.05)


def test_cost_is_clamped_at_both_ends() -> None:
    assert arena_score(np.array(0.8), np.array(1e-6)) == pytest.approx(arena_score(np.array(0.8), np.array(0.0044)))
    assert arena_score(np.array(0.8), np.array(500.0)) == 0


def test_quality_and_cost_are_those_of_the_picks() -> None:
    outcomes = Outcomes(
        ("a", "b"),
        quality={"cheap": np.array([1.0, 0.0]), "dear": np.array([0.0, 1.0])},
        cost_usd={"cheap": np.array([0.001, 0.001]), "dear": np.array([0.004, 0.006])},
    )
    entry = Entry("tiny", "Tiny", lambda _: None, pair=Pair("cheap", "dear", ""))  # type: ignore[arg-type,return-value]
    part = Part(entry, outcomes, np.array([[0.9, 0.1], [0.2, 0.8]]), 0.5, Resamples(outcomes.groups))
    figures = arena_figures(part)
    assert figures["quality"][0] == 1.0
    assert figures["USD per 1,000"][0] == pytest.approx(3.5)
    assert figures["RouterArena score"][0] == pytest.approx(arena_score(np.array(1.0), np.array(3.5)))
