"""Curves between two LLMs: against the project's own metrics, and properties that any curve has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import metrics
from benchmarks.curves import full_curve
from benchmarks.dashboard.costs import typed_costs
from benchmarks.dashboard.curves import best_single_llm, quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import ORACLE, ranking, ranking_names
from benchmarks.dashboard.results import Results
from errors import BadInputError, UnknownNameError
from tests.benchmarks.dashboard.conftest import with_router

EVERY = np.linspace(0, 1, 101)


def test_points_lie_on_the_full_curve(numbers: Numbers) -> None:
    rank, curve = ranking(numbers, "router-3"), quality_curve(numbers, "router-3")
    full = full_curve(rank.scores, rank.weak, rank.strong)
    for share, quality in zip(curve.share, curve.quality, strict=True):
        at = int(np.abs(full.strong_share - share).argmin())
        assert full.strong_share[at] == pytest.approx(share)
        assert full.quality[at] == pytest.approx(quality)


def test_the_curve_starts_weak_and_ends_strong_and_its_share_rises(numbers: Numbers) -> None:
    for curve in quality_curves(numbers, ranking_names(numbers)):
        assert (curve.share[0], curve.share[-1]) == (0.0, 1.0)
        assert (np.diff(curve.share) >= 0).all()
        assert (np.diff(curve.threshold) < 0).all()
        assert curve.quality[0] == pytest.approx(numbers.outcomes.quality["small"].mean())
        assert curve.quality[-1] == pytest.approx(numbers.outcomes.quality["large"].mean())


def test_the_band_is_the_bootstrap_of_the_quality_at_that_threshold(numbers: Numbers) -> None:
    curve, rank = quality_curve(numbers, "router-4"), ranking(numbers, "router-4")
    at = len(curve.share) // 2
    chosen = np.where(rank.scores >= curve.threshold[at], rank.strong, rank.weak)
    (expected,) = numbers.draws.estimates(rank.rows, chosen[:, None])
    assert (curve.low[at], curve.high[at]) == pytest.approx((expected.low, expected.high), abs=1e-5)
    assert curve.quality[at] == pytest.approx(expected.value)


def test_deciles_of_the_full_curve_give_the_published_apgr() -> None:
    """GSM8K: AUC 77.540277 between 63.7337 and 85.7689 is an APGR of .62657."""
    assert metrics.pgr(77.540277, 63.7337, 85.7689) == pytest.approx(0.62657, abs=5e-6)


def test_area_under_our_curve_is_near_the_apgr_of_the_leaderboard(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    rank, curve = ranking(numbers, "encoder-quality"), quality_curve(numbers, "encoder-quality")
    area = np.trapezoid(curve.quality, curve.share)
    found = metrics.pgr(float(area), float(curve.quality[0]), float(curve.quality[-1]))
    assert found == pytest.approx(metrics.apgr(rank.scores, rank.weak, rank.strong), abs=0.01)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 120))
def test_the_oracle_dominates_every_router(seed: int, n_rows: int) -> None:
    numbers = made_up(n_rows, 3, seed)
    rank = ranking(numbers, ORACLE)
    best = full_curve(rank.scores, rank.weak, rank.strong)
    for name in ranking_names(numbers):
        curve = quality_curve(numbers, name)
        assert (np.interp(curve.share, best.strong_share, best.quality) >= curve.quality - 1e-12).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_frugal_oracle_dominates_every_router_at_its_cost(seed: int) -> None:
    numbers = made_up(150, 3, seed)
    random = np.random.default_rng(seed)
    usd = {llm: random.uniform(0, scale, 150) for llm, scale in (("small", 1.0), ("large", 3.0))}
    basis = typed_costs(numbers, {"small": 1.0, "large": 2.0})
    uneven = type(basis)("own", "uneven", usd, "")
    for costs in (basis, uneven):
        best = quality_curve(numbers, ORACLE, costs)
        for name in ranking_names(numbers):
            curve = quality_curve(numbers, name, costs)
            assert curve.usd_per_1000 is not None
            assert best.usd_per_1000 is not None
            reachable = np.interp(curve.usd_per_1000, best.usd_per_1000, best.quality)
            assert (reachable >= curve.quality - 1e-9).all()


def test_random_lies_on_the_diagonal_and_most_coins_in_its_band(numbers: Numbers) -> None:
    diagonal = random_curve(numbers)
    weak, strong = (numbers.outcomes.quality[llm].mean() for llm in ("small", "large"))
    np.testing.assert_allclose(diagonal.quality, weak + diagonal.share * (strong - weak))
    random = np.random.default_rng(3)
    inside = []
    for number in range(200):
        rank = ranking(with_router(numbers, f"coin-{number}", random.uniform(0, 1, len(numbers))), f"coin-{number}")
        quality = (rank.weak + rank.escalated_at(0.5) * rank.gain).mean()
        middle = len(diagonal.share) // 2
        inside.append(diagonal.low[middle] <= quality <= diagonal.high[middle])
    assert 0.9 <= np.mean(inside) <= 0.99


def test_a_typed_price_makes_the_cost_axis_a_line_in_the_share(numbers: Numbers) -> None:
    curve = quality_curve(numbers, "router-2", typed_costs(numbers, {"small": 1.0, "large": 5.0}))
    np.testing.assert_allclose(curve.usd_per_1000, 1.0 + 4.0 * curve.share)
    plain = quality_curve(numbers, "router-2")
    assert plain.usd_per_1000 is None
    assert curve.low is plain.low, "prices do not change the band, so it is not computed again"


def test_the_table_holds_the_very_numbers_of_the_figure(numbers: Numbers) -> None:
    curve = quality_curve(numbers, "router-1", typed_costs(numbers, {"small": 1.0, "large": 5.0}))
    columns = curve.columns()
    assert columns["quality"] == curve.quality.tolist()
    assert columns["share of strong calls"] == curve.share.tolist()
    assert columns["router"] == ["router-1"] * len(curve.share)
    assert len({len(column) for column in columns.values()}) == 1


def test_a_constant_router_has_two_points(numbers: Numbers) -> None:
    curve = quality_curve(with_router(numbers, "always", np.ones(len(numbers))), "always")
    assert curve.share.tolist() == [0.0, 1.0]


def test_rows_that_were_not_run_do_not_count(numbers: Numbers) -> None:
    p_strong = np.where(np.arange(len(numbers)) < 100, np.linspace(0, 1, len(numbers)), np.nan)
    curve = quality_curve(with_router(numbers, "sampled", p_strong), "sampled")
    assert curve.n_rows == 100
    assert curve.quality[0] == pytest.approx(numbers.outcomes.quality["small"][:100].mean())


def test_single_llms_the_best_first(trio: Numbers) -> None:
    singles = single_llms(trio)
    assert [single.llm for single in singles] == ["large", "middle", "small"]
    assert best_single_llm(trio).quality.value == pytest.approx(trio.outcomes.quality["large"].mean())


def test_curves_are_remembered_and_read_only(numbers: Numbers) -> None:
    curve = quality_curve(numbers, "router-5")
    assert quality_curve(numbers, "router-5") is curve
    with pytest.raises(ValueError, match="read-only"):
        curve.quality[0] = 1.0


def test_what_does_not_exist_is_said(numbers: Numbers, committed: Results) -> None:
    with pytest.raises(UnknownNameError, match="router-99"):
        quality_curve(numbers, "router-99")
    with pytest.raises(BadInputError, match="only labels"):
        quality_curve(committed.numbers("ray"), "keras-cnn")
