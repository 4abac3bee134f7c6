"""From P(correct) to routes and to the list of LLMs that suffice."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from errors import BadInputError
from router_models.outcome_score import cheapest_that_pays, sufficient


def test_a_dearer_route_gets_what_only_it_answers() -> None:
    shares = cheapest_that_pays(np.array([[0.9, 0.5, 0.8]]), ["a", "b", "c"])[0]
    assert shares[1] == pytest.approx(0.1 * 0.5)
    assert shares[2] == pytest.approx(0.1 * 0.5 * 0.8)
    assert shares[0] == pytest.approx(1 - 0.05 - 0.04)


def test_rows_are_distributions_at_the_ends_too() -> None:
    p = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    shares = cheapest_that_pays(p, ["a", "b", "c"])
    assert shares == pytest.approx(np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]))


def test_an_llm_on_every_route_leaves_all_to_the_cheapest() -> None:
    assert cheapest_that_pays(np.array([[0.3, 0.3, 0.3]]), ["a", "a", "a"])[0].tolist() == [1.0, 0.0, 0.0]


def test_a_repeated_llm_does_not_count_twice() -> None:
    shares = cheapest_that_pays(np.array([[0.4, 0.7, 0.7]]), ["a", "b", "b"])[0]
    assert shares == pytest.approx([1 - 0.6 * 0.7, 0.6 * 0.7, 0.0])


def test_the_cheapest_sufficient_llm_comes_first_and_unpriced_ones_last() -> None:
    p = {"dear": 0.99, "cheap": 0.8, "unpriced": 0.95, "weak": 0.2, "free": 0.71}
    usd = {"dear": Decimal("0.02"), "cheap": Decimal("0.001"), "free": Decimal(0), "unpriced": None}
    assert [entry.llm for entry in sufficient(p, 0.7, usd)] == ["free", "cheap", "dear", "unpriced"]
    assert sufficient(p, 1.0, usd) == ()
    assert len(sufficient(p, 0.0, usd)) == len(p)


@pytest.mark.parametrize("bound", [-0.1, 1.1, float("nan")])
def test_a_bound_outside_0_to_1_is_refused(bound: float) -> None:
    with pytest.raises(BadInputError):
        sufficient({"a": 0.5}, bound, {})
