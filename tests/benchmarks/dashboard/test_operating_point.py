"""One threshold: shares, money and differences, against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dashboard.costs import own_costs, typed_costs
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import (
    baseline_names,
    compare_at_share,
    operating_point,
    point_at_share,
    recovered_estimate,
)
from benchmarks.dashboard.ranking import ranking
from benchmarks.dashboard.results import Results
from errors import BadInputError, UnknownNameError
from tests.benchmarks.dashboard.conftest import with_router

PRICES = {"small": 1.0, "large": 5.0}


def test_share_quality_and_cost_are_those_of_the_rows(numbers: Numbers) -> None:
    rank, basis = ranking(numbers, "router-3"), typed_costs(numbers, PRICES)
    point = operating_point(numbers, "router-3", 0.4, basis)
    up = rank.scores >= 0.4
    assert point.share.value == pytest.approx(up.mean())
    assert point.quality.value == pytest.approx(np.where(up, rank.strong, rank.weak).mean())
    assert point.usd_per_1000 is not None
    assert point.usd_per_1000.value == pytest.approx(1.0 + 4.0 * up.mean())
    assert point.quality.low < point.quality.value < point.quality.high


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.floats(0, 2), st.sampled_from(["always-strong", "always-weak", "random", "prompt-length"]))
def test_saving_and_cost_add_up_to_the_baseline(
    numbers: Numbers, threshold: float, own_usd: float, baseline: str
) -> None:
    basis = typed_costs(numbers, PRICES)
    point = operating_point(numbers, "router-4", threshold, basis, baseline, own_usd)
    assert point.usd_per_1000
    assert point.saving_usd_per_1000
    assert point.baseline.usd_per_1000
    total = point.saving_usd_per_1000.value + point.usd_per_1000.value
    assert total == pytest.approx(point.baseline.usd_per_1000.value)
    assert point.quality_gain.value == pytest.approx(point.quality.value - point.baseline.quality.value)


def test_a_million_prompts_cost_a_thousand_times_a_thousand(numbers: Numbers) -> None:
    point = operating_point(numbers, "router-3", 0.5, typed_costs(numbers, PRICES))
    month, base, saving = point.usd_for(), point.baseline_usd_for(), point.saving_usd_for()
    assert month
    assert base
    assert saving
    assert base.value == pytest.approx(5000.0)
    assert month.value + saving.value == pytest.approx(5000.0)
    assert point.saving_share
    assert point.saving_share.value == pytest.approx(saving.value / 5000.0)
    assert point.saving_share.high <= 1.0


def test_without_prices_nothing_is_said_of_money(numbers: Numbers) -> None:
    point = operating_point(numbers, "router-3", 0.5)
    assert point.usd_per_1000 is point.saving_usd_per_1000 is point.saving_share is point.usd_for() is None


def test_the_ends_are_the_single_llms(numbers: Numbers) -> None:
    nothing, everything = (operating_point(numbers, "router-3", at) for at in (np.inf, -np.inf))
    assert (nothing.share.value, nothing.recovered) == (0.0, 0.0)
    assert (everything.share.value, everything.recovered) == (1.0, 1.0)
    assert everything.quality_gain.value == everything.quality_gain.high == 0.0


def test_a_better_router_beats_length_at_the_same_share_beyond_chance(numbers: Numbers) -> None:
    found = compare_at_share(numbers, "router-5", "prompt-length", 0.5)
    assert found.low > 0
    assert point_at_share(numbers, "router-5", 0.5, baseline="prompt-length").settled


def test_a_router_equals_itself_and_random_is_the_diagonal(numbers: Numbers) -> None:
    same = compare_at_share(numbers, "router-2", "router-2", 0.37)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    rank = ranking(numbers, "router-2")
    by_hand = ((rank.escalated_at(0.37) - 0.37) * rank.gain).mean()
    assert compare_at_share(numbers, "router-2", "random", 0.37).value == pytest.approx(by_hand)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.lists(st.integers(0, 3), min_size=3, max_size=40))
def test_any_share_can_be_escalated_exactly_even_among_ties(share: float, scores: list[int]) -> None:
    from benchmarks.dashboard.interactions import made_up

    numbers = with_router(made_up(len(scores), 1), "tied", np.array(scores) / 3)
    rank = ranking(numbers, "tied")
    escalated = rank.escalated_at(share)
    assert escalated.mean() == pytest.approx(share)
    assert ((escalated >= 0) & (escalated <= 1 + 1e-12)).all()
    order = np.argsort(rank.scores)
    assert (np.diff(escalated[order]) >= -1e-12).all(), "a higher score is never escalated less"


def test_the_nearest_threshold_is_taken_for_a_share(numbers: Numbers) -> None:
    point = point_at_share(numbers, "router-3", 0.25)
    assert point.share.value == pytest.approx(0.25, abs=1 / len(numbers))


def test_routers_of_different_prompts_are_compared_on_those_they_share(numbers: Numbers) -> None:
    half = np.where(np.arange(len(numbers)) % 2 == 0, numbers.routers["router-4"].p_strong, np.nan)
    more = with_router(numbers, "half", half)
    assert operating_point(more, "router-4", 0.5, baseline="half").n_rows == len(numbers) // 2
    other = with_router(more, "other-half", np.where(np.isnan(half), 0.5, np.nan))
    with pytest.raises(BadInputError, match="different prompts"):
        operating_point(other, "half", 0.5, baseline="other-half")


def test_recovered_gap_has_an_interval_round_its_value(numbers: Numbers) -> None:
    found = recovered_estimate(numbers, "router-4", 0.5)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(operating_point(numbers, "router-4", 0.5).recovered)


def test_own_operating_point_and_measured_costs_of_the_committed_numbers(committed: Results) -> None:
    numbers = committed.numbers("routerbench-part")
    point = operating_point(numbers, "encoder-quality", basis=own_costs(numbers), baseline="prompt-length")
    assert point.threshold == numbers.routers["encoder-quality"].threshold
    assert point.baseline.said == "prompt-length at the same share of strong calls"
    assert set(numbers.routers) <= set(baseline_names(numbers))


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("router-3", np.nan), BadInputError, "not a number"),
        (("nobody", 0.5), UnknownNameError, "nobody"),
        (("router-3", 0.5, None, "nobody"), UnknownNameError, "baseline 'nobody'"),
    ],
)
def test_bad_input(numbers: Numbers, arguments: tuple[object, ...], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        operating_point(numbers, *arguments)  # type: ignore[arg-type]


def test_a_share_beyond_its_range(numbers: Numbers) -> None:
    with pytest.raises(BadInputError, match=r"1\.2"):
        point_at_share(numbers, "router-3", 1.2)
