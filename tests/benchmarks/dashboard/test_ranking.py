"""Rankings: whose scores, on which rows, and which thresholds make a difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.curves import full_curve
from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import BY_P_CORRECT, ORACLE, learnt, ranking, ranking_names
from benchmarks.dashboard.results import Results
from errors import UnknownNameError
from tests.benchmarks.dashboard.conftest import with_router


def test_routers_that_judge_both_llms_rank_twice(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    names = ranking_names(numbers)
    twice = {name.removesuffix(BY_P_CORRECT) for name in names if name.endswith(BY_P_CORRECT)}
    assert twice == {"knn", "kmeans", "similarity-weighted", "matrix-factorization"}
    assert {name for name in names if not name.endswith(BY_P_CORRECT)} == set(numbers.routers)
    one = ranking(numbers, f"knn{BY_P_CORRECT}")
    choices = numbers.routers["knn"].choices
    np.testing.assert_array_equal(one.scores, choices[numbers.pair.strong] - choices[numbers.pair.weak])
    assert one.threshold is None
    assert ranking(numbers, "knn").threshold == numbers.routers["knn"].threshold


def test_a_router_with_three_routes_ranks_by_one_minus_the_cheapest(committed: Results) -> None:
    numbers = committed.numbers("gsm8k")
    expected = 1 - numbers.routers["encoder-3way"].probabilities[:, 0]
    np.testing.assert_allclose(ranking(numbers, "encoder-3way").scores, expected)


def test_only_rows_with_both_answers_count(committed: Results) -> None:
    numbers = committed.numbers("zeroeval-math-l5")
    partial = next(llm for llm, values in numbers.outcomes.quality.items() if not np.isfinite(values).all())
    other = numbers.with_pair(partial, "o1-mini-2024-09-12")
    rank = ranking(other, "keras-cnn")
    assert len(rank) == np.isfinite(numbers.outcomes.quality[partial]).sum()
    assert np.isfinite(rank.gain).all()
    assert len(ranking(other, ORACLE)) == len(rank)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=30), st.integers(0, 99))
def test_means_along_the_thresholds_are_those_of_the_full_curve(scores: list[int], seed: int) -> None:
    rank = ranking(with_router(made_up(len(scores), 1, seed), "tied", np.array(scores) / 4), "tied")
    curve = full_curve(rank.scores, rank.weak, rank.strong)
    np.testing.assert_allclose(rank.thresholds, curve.thresholds)
    np.testing.assert_allclose(rank.along(rank.weak, rank.strong), curve.quality)
    np.testing.assert_allclose(rank.along(np.zeros(len(rank)), np.ones(len(rank))), curve.strong_share)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1))
def test_the_nearest_threshold_is_the_best_of_all(numbers: Numbers, share: float) -> None:
    rank = ranking(numbers, "router-2")
    found = rank.escalated(rank.threshold_at(share)).mean()
    every = [rank.escalated(threshold).mean() for threshold in rank.thresholds[::5]]
    assert abs(found - share) <= min(abs(one - share) for one in every) + 1e-12


def test_what_is_learnt(committed: Results) -> None:
    names = ranking_names(committed.numbers("mt-bench"))
    assert set(names) - set(learnt(names)) == {"random", "always-weak", "always-strong"}


def test_unknown_names_list_what_there_is(numbers: Numbers) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ranking(numbers, "knn by P(correct)")
    assert "router-1" in caught.value.mend
    assert "oracle" in caught.value.mend
