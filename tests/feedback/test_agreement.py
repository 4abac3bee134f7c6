"""Agreement, against published examples, another implementation, and what must hold of it."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from feedback.agreement import agreement
from feedback.agreement_measures import cohen_kappa, fleiss_kappa, nominal_alpha, ordinal_alpha

Array = NDArray[np.float64]

FLEISS_EXAMPLE = """0 0 0 0 14; 0 2 6 4 2; 0 0 3 5 6; 0 3 9 2 0; 2 2 8 1 1; 7 7 0 0 0; 3 2 6 3 0; 2 5 3 2 2; 6 5 2 1 0;
0 2 2 3 7"""
"""Ten subjects, fourteen raters, five categories: the worked example that is commonly given for Fleiss' kappa."""

KRIPPENDORFF_EXAMPLE = ("123321412...", "1233224125.3", ".3332342251.", "1233244125 1.".replace(" ", ""))
"""Krippendorff 2011, section D: four observers, twelve units, five values, missing ones as dots."""

TIERS = st.lists(st.lists(st.sampled_from([0, 1, 2]), min_size=2, max_size=5), min_size=2, max_size=20)


def counted(rows: list[list[int]], categories: int = 3) -> Array:
    return np.array([[row.count(category) for category in range(categories)] for row in rows], dtype=float)


def krippendorff_example() -> Array:
    units = zip(*KRIPPENDORFF_EXAMPLE, strict=True)
    return counted([[int(value) - 1 for value in unit if value != "."] for unit in units], 5)


def test_fleiss_kappa_is_as_published() -> None:
    kinds = np.array([row.split() for row in FLEISS_EXAMPLE.split(";")], dtype=float)
    assert float(fleiss_kappa(kinds)) == pytest.approx(0.210, abs=0.0005)


def test_krippendorffs_alpha_is_as_published() -> None:
    kinds = krippendorff_example()
    assert float(nominal_alpha(kinds)) == pytest.approx(0.743, abs=0.0005)
    assert float(ordinal_alpha(kinds)) == pytest.approx(0.815, abs=0.0005)


def test_cohens_kappa_is_as_published() -> None:
    table, times = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], dtype=float), np.array([20.0, 5.0, 10.0, 15.0])
    assert float(cohen_kappa(table, times)) == pytest.approx(0.4)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=60))
@settings(deadline=None)
def test_cohens_kappa_is_what_scikit_learn_computes(said: list[tuple[int, int]]) -> None:
    ours = float(cohen_kappa(np.array(said, dtype=float)))
    assume(len({value for pair in said for value in pair}) > 1)
    theirs = cohen_kappa_score([first for first, _ in said], [second for _, second in said])
    assert ours == pytest.approx(theirs, nan_ok=True)


@given(TIERS)
@settings(deadline=None)
def test_what_must_hold_of_all_of_them(rows: list[list[int]]) -> None:
    kinds = counted(rows)
    assume(len({value for row in rows for value in row}) > 1)
    for measure in (fleiss_kappa, nominal_alpha, ordinal_alpha):
        value = float(measure(kinds))
        assert value <= 1 + 1e-9
        assert (value > 1 - 1e-9) == all(len(set(row)) == 1 for row in rows), "1 is total agreement and nothing else"
        assert float(measure(kinds[::-1])) == pytest.approx(value), "the order of prompts does not matter"
        assert float(measure(kinds[:, ::-1])) == pytest.approx(value), "nor which end of the scale is called 1"
        distinct, times = np.unique(kinds, axis=0, return_counts=True)
        assert float(measure(distinct, times.astype(float))) == pytest.approx(value), "counted or one by one"
    assert float(nominal_alpha(kinds[:, [1, 0, 2]])) == pytest.approx(float(nominal_alpha(kinds)))


@given(TIERS)
@settings(deadline=None)
def test_prompts_with_one_label_tell_alpha_nothing(rows: list[list[int]]) -> None:
    kinds = counted(rows)
    for measure in (nominal_alpha, ordinal_alpha):
        more = np.vstack([kinds, np.eye(3)])
        assert float(measure(more)) == pytest.approx(float(measure(kinds)), nan_ok=True)


def test_far_apart_is_worse_than_next_to_each_other_where_there_is_an_order() -> None:
    near = counted([[0, 0], [1, 1], [2, 2], [0, 1], [2, 1]])
    far = counted([[0, 0], [1, 1], [2, 2], [0, 2], [2, 0]])
    assert float(ordinal_alpha(near)) > float(ordinal_alpha(far)) + 0.2
    assert float(nominal_alpha(near)) == pytest.approx(float(nominal_alpha(far)), abs=0.05)


def test_many_resamples_are_measured_at_once() -> None:
    kinds, times = krippendorff_example(), np.random.default_rng(0).integers(1, 5, (7, 12)).astype(float)
    for measure in (nominal_alpha, ordinal_alpha):
        together = measure(kinds, times)
        assert together.shape == (7,)
        assert [float(value) for value in together] == pytest.approx([float(measure(kinds, row)) for row in times])


def test_always_the_same_tier_says_nothing() -> None:
    one = agreement({str(number): {"ann": 2, "bob": 2} for number in range(10)})
    assert one.fleiss is not None
    assert math.isnan(one.fleiss.value)
    assert math.isnan(one.pairs[0].kappa.low)
    assert one.pairs[0].same == 1.0


def test_nobody_shares_a_prompt() -> None:
    assert agreement({}).fleiss is None
    assert agreement({"a": {"ann": 1}, "b": {"bob": 1}}) == agreement({})


def annotated(error: float, prompts: int = 400) -> dict[str, dict[str, int]]:
    """Three annotators, of whom each sees two thirds of the prompts, and guesses on that share of them."""
    draw = random.Random(1)
    said: dict[str, dict[str, int]] = {}
    for number in range(prompts):
        truth = draw.choice((1, 2, 3))
        people = draw.sample(("ann", "bob", "cy"), 2)
        said[str(number)] = {name: draw.choice((1, 2, 3)) if draw.random() < error else truth for name in people}
    return said


def test_those_who_guess_agree_by_chance_and_the_interval_says_so() -> None:
    found = agreement(annotated(error=1.0))
    assert found.prompts == 400
    assert {(pair.first, pair.second) for pair in found.pairs} == {("ann", "bob"), ("ann", "cy"), ("bob", "cy")}
    assert sum(pair.prompts for pair in found.pairs) == 400
    assert [pair.prompts for pair in found.pairs] == sorted((pair.prompts for pair in found.pairs), reverse=True)
    for estimate in (found.fleiss, found.alpha_nominal, found.alpha_ordinal, *(pair.kappa for pair in found.pairs)):
        assert estimate is not None
        assert estimate.low < 0 < estimate.high


def test_those_who_mostly_know_agree_and_the_interval_holds_the_truth() -> None:
    """Who guesses on a fifth of the prompts agrees, beyond chance, on (4/5)² of them."""
    found = agreement(annotated(error=0.2))
    for estimate in (found.fleiss, found.alpha_nominal):
        assert estimate is not None
        assert estimate.low < 0.64 < estimate.high
        assert 0.1 < estimate.high - estimate.low < 0.2
    assert agreement(annotated(error=0.2)) == found, "equal seeds, equal intervals"
