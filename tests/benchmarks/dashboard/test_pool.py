"""Pools of LLMs: hull and oracle bound what routers reach, and every amount is measured."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.aiq import frontier
from benchmarks.dashboard.costs import own_costs, typed_costs
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.pool import build_pool, pool_llms
from benchmarks.dashboard.results import Results
from errors import BadInputError, UnknownNameError

LLMS = ("large", "small", "middle")


def test_singles_hull_and_best(trio: Numbers) -> None:
    pool = build_pool(trio, LLMS, own_costs(trio))
    assert pool.llms == ("small", "middle", "large")
    assert pool.best == "large"
    assert pool.singles["middle"].value == pytest.approx(trio.outcomes.quality["middle"].mean())
    assert pool.usd_per_1000["large"] == pytest.approx(1000 * trio.outcomes.cost_usd["large"].mean())
    means = [(trio.outcomes.cost_usd[llm].mean(), trio.outcomes.quality[llm].mean()) for llm in LLMS]
    hull = frontier(*(np.array(values) for values in zip(*means, strict=True)))
    np.testing.assert_allclose(pool.zero_router.usd_per_1000, 1000 * hull.cost)


def test_how_each_router_decides(trio: Numbers) -> None:
    three = build_pool(trio, LLMS, own_costs(trio))
    assert {curve.name: curve.how for curve in three.routers} == {
        "p-correct": "P(correct)",
        "three": "routes",
        "prompt-length": "threshold",
    }
    assert three.left_out == {}
    two = build_pool(trio, ("small", "large"), own_costs(trio))
    assert {curve.name: curve.how for curve in two.routers}["three"] == "threshold"


def test_settings_are_measured_on_the_rows(trio: Numbers) -> None:
    curve = next(c for c in build_pool(trio, LLMS, own_costs(trio)).routers if c.name == "p-correct")
    at = int(np.flatnonzero(curve.setting == 0.0)[0])
    names = ("small", "middle", "large")
    picks = np.stack([trio.routers["p-correct"].choices[llm] for llm in names]).argmax(axis=0)
    rows = np.arange(len(trio))
    quality = np.stack([trio.outcomes.quality[llm] for llm in names])[picks, rows].mean()
    usd = 1000 * np.stack([trio.outcomes.cost_usd[llm] for llm in names])[picks, rows].mean()
    assert (curve.quality[at], curve.usd_per_1000[at]) == pytest.approx((quality, usd))
    assert curve.low[at] < curve.quality[at] < curve.high[at]
    assert sum(values[at] for values in curve.shares.values()) == pytest.approx(1.0)
    assert (np.diff(curve.usd_per_1000) >= 0).all()


@pytest.mark.parametrize("llms", [LLMS, ("small", "large")])
def test_the_oracle_dominates_routers_and_hull(trio: Numbers, llms: tuple[str, ...]) -> None:
    pool = build_pool(trio, llms, own_costs(trio))
    oracle = pool.oracle
    for curve in (*pool.routers, pool.zero_router):
        inside = curve.usd_per_1000 >= oracle.usd_per_1000[0]
        reach = np.interp(curve.usd_per_1000[inside], oracle.usd_per_1000, oracle.quality)
        assert (reach >= curve.quality[inside] - 2e-3).all(), curve.name


def test_the_committed_pool_agrees_with_the_summary(committed: Results) -> None:
    """At cost weight 0 a router's pick has the quality that `python -m benchmarks summary` gives."""
    numbers = committed.numbers("routerbench-part")
    pool = build_pool(numbers, pool_llms(numbers), own_costs(numbers), ["matrix-factorization", "encoder-3way"])
    (curve,) = pool.routers
    p_correct = np.stack([numbers.routers["matrix-factorization"].choices[llm] for llm in numbers.outcomes.quality])
    quality = np.stack(list(numbers.outcomes.quality.values()))
    expected = quality[p_correct.argmax(axis=0), np.arange(len(numbers))].mean()
    assert curve.quality[curve.setting == 0.0][0] == pytest.approx(expected)
    assert pool.left_out == {"encoder-3way": "It tells 3 routes apart, and the pool has 11 LLMs."}


def test_llms_that_were_not_run_everywhere_narrow_the_rows(committed: Results) -> None:
    numbers = committed.numbers("zeroeval-math-l5")
    partial = next(llm for llm, values in numbers.outcomes.quality.items() if not np.isfinite(values).all())
    assert pool_llms(numbers)[-1] != pool_llms(numbers)[0]
    other = "gpt-4o-2024-08-06"
    pool = build_pool(numbers, (partial, other), typed_costs(numbers, {partial: 1.0, other: 2.0}), ["keras-cnn"])
    assert pool.n_rows == np.isfinite(numbers.outcomes.quality[partial]).sum() < len(numbers)
    assert pool.weighed_by == "the typed prices"


@pytest.mark.parametrize(
    ("llms", "error", "said"),
    [
        (("small",), BadInputError, "at least two"),
        (("small", "small"), BadInputError, "at least two"),
        (("small", "gigantic"), UnknownNameError, "gigantic"),
    ],
)
def test_bad_pools(trio: Numbers, llms: tuple[str, ...], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        build_pool(trio, llms, own_costs(trio))


def test_every_llm_needs_a_price(trio: Numbers) -> None:
    with pytest.raises(BadInputError, match="Typed prices lack large"):
        build_pool(trio, ("small", "large"), typed_costs(trio, {"small": 1.0}))
    with pytest.raises(UnknownNameError, match="nobody"):
        build_pool(trio, ("small", "large"), own_costs(trio), ["nobody"])


def test_the_table_has_the_shares(trio: Numbers) -> None:
    curve = build_pool(trio, LLMS, own_costs(trio)).routers[0]
    columns = curve.columns()
    assert columns["share of small"] == curve.shares["small"].tolist()
    assert len({len(column) for column in columns.values()}) == 1
