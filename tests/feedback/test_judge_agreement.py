"""How far judges can be trusted: figures that are known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from feedback.judge_agreement import (
    FEWEST,
    agreement,
    between_judges,
    mean_rating,
    rank_correlation,
    sway,
    weighted_kappa,
)
from feedback.judge_plan import GIVEN
from feedback.judge_records import JudgedAnswer, Paid
from feedback.judge_report import agreement_line, points, share, sway_lines
from feedback.judge_results import Judged, Opinion


def answer(text: str) -> JudgedAnswer:
    return JudgedAnswer(
        key="k", attempt=0, run="r", prompt_sha256="p", llm=GIVEN, max_tokens=0, text=text, stop="stop", paid=Paid()
    )


def judged(*ratings: tuple[int, int], weak: str = "weak", reference: str = "reference", expected: int = 0) -> Judged:
    """A prompt with the ratings of each judge: weak answer first, reference first."""
    opinions = tuple(
        Opinion(f"judge-{at}", {"weak": first, "reference": second}, {"weak": "", "reference": ""})
        for at, (first, second) in enumerate(ratings)
    )
    return Judged("p", opinions, "mean", expected or len(ratings), answer(weak), answer(reference))


def test_kappa_is_1_for_equal_ratings_0_for_a_constant_guess_and_negative_for_reversed_ones() -> None:
    ratings = np.array([1.0, 2, 3, 4, 5] * 4)
    assert weighted_kappa(ratings, ratings) == 1
    assert weighted_kappa(ratings, np.full(20, 3.0)) == pytest.approx(0)
    assert weighted_kappa(ratings, 6 - ratings) == pytest.approx(-1)
    assert math.isnan(weighted_kappa(np.full(20, 3.0), np.full(20, 3.0)))


def test_kappa_is_that_of_cohen_1968() -> None:
    """By hand: confusion of two raters on three points, squared weights."""
    one = np.array([1.0, 1, 2, 2, 3, 3])
    other = np.array([1.0, 2, 2, 3, 3, 1])
    observed = (0 + 1 + 0 + 1 + 0 + 4) / 6
    expected = sum((a - b) ** 2 for a in one for b in other) / 36
    assert weighted_kappa(one, other) == pytest.approx(1 - observed / expected)


def test_ranks_share_ties_and_the_correlation_is_spearmans() -> None:
    from scipy.stats import spearmanr

    random = np.random.default_rng(0)
    one, other = random.integers(1, 6, 60).astype(float), random.integers(1, 6, 60).astype(float)
    assert rank_correlation(one, other) == pytest.approx(float(spearmanr(one, other).statistic))
    assert rank_correlation(one, np.exp(one)) == pytest.approx(1)
    assert math.isnan(rank_correlation(one, np.full(60, 2.0)))


def test_an_agreement_has_its_interval_and_is_not_stated_of_a_few() -> None:
    ratings = [1.0, 2, 3, 4, 5] * 8
    noisy = [*ratings[:-8], *reversed(ratings[-8:])]
    found = agreement(ratings, noisy)
    assert found is not None
    assert found.n == 40
    assert found.kappa.low < found.kappa.value < found.kappa.high <= 1
    assert agreement(ratings[: FEWEST - 1], ratings[: FEWEST - 1]) is None
    assert "pairs: quadratic weighted kappa" in agreement_line("A with B", found)
    assert "too few to say" in agreement_line("A with B", None)


def test_a_judge_that_never_varies_has_no_rank_correlation_and_the_report_says_so() -> None:
    found = agreement([3.0] * 20, [1.0, 5] * 10)
    assert found is not None
    assert math.isnan(found.spearman.value)
    assert "not to be told" in agreement_line("A with B", found)


def test_position_bias_is_what_the_order_changes() -> None:
    found = sway([judged((5, 3)), judged((4, 4)), judged((3, 2)), judged((5, 5))])
    assert found is not None
    assert found.n == 4
    assert found.changed.value == 0.5
    assert found.torn.value == 0.25, "5 and 3 lie on both sides of 4; 3 and 2 do not"
    assert found.shift.value == pytest.approx(0.75)
    assert found.verbosity is None, "four are too few"
    assert sway([]) is None


def test_verbosity_bias_is_the_correlation_with_length() -> None:
    longer_is_better = [judged((stars, stars), weak="x" * stars * 10) for stars in (1, 2, 3, 4, 5) for _ in range(4)]
    found = sway(longer_is_better)
    assert found is not None
    assert found.verbosity is not None
    assert found.verbosity.value == pytest.approx(1)
    assert any("Length:" in line for line in sway_lines(found))


def test_judges_are_compared_pair_by_pair() -> None:
    found = between_judges([judged((stars, stars), (stars, stars), (3, 3)) for stars in (1, 2, 3, 4, 5) * 4])
    assert found is not None
    assert found.n == 60
    assert 0 < found.kappa.value < 1
    assert between_judges([judged((5, 5))] * 50) is None, "one judge has nobody to agree with"


def test_a_prompt_without_all_ratings_has_none() -> None:
    half = Judged("p", (Opinion("a", {"weak": 5}, {"weak": ""}),), "mean", 1, None, None)
    missing = judged((5, 5), expected=2)
    for one in (half, missing):
        assert not one.whole
        assert (one.rating, one.torn, one.tier(3)) == (None, False, None)
    assert half.length_difference is None
    assert mean_rating([half, missing]) is None
    assert mean_rating([half, judged((5, 3))]) == 4


def test_the_line_between_the_tiers_is_4() -> None:
    assert [judged((stars, stars)).tier(2) for stars in (1, 2, 3, 4, 5)] == [2, 2, 2, 1, 1]
    assert judged((4, 3)).tier(2) is None, "the order decides"
    assert judged((4, 3), (5, 5), (5, 5)).tier(2) == 1, "over all judges it does not"


def test_figures_are_written_as_people_read_them() -> None:
    found = sway([judged((5, 5))] * 3 + [judged((5, 4))])
    assert found is not None
    assert share(found.changed).startswith("25 % [")
    assert points(found.shift).startswith("0.25 [")
