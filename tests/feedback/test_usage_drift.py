"""Drift: are today's prompts farther from the training data?"""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from scipy import stats

from feedback.usage_drift import drift, far_share, kolmogorov_smirnov, wilson

TODAY = date(2025, 6, 1)


def like_training(draw: random.Random, count: int) -> Counter[int]:
    return Counter(draw.randrange(1, 101) for _ in range(count))


def far_away(draw: random.Random, count: int) -> Counter[int]:
    return Counter(min(100, draw.randrange(40, 140)) for _ in range(count))


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (1, 10), (7, 31), (50, 1000), (1000, 1000)])
def test_wilson_is_the_published_interval(hits: int, of: int) -> None:
    share = wilson(hits, of)
    expected = stats.binomtest(hits, of).proportion_ci(method="wilson")
    assert (share.low, share.high) == (pytest.approx(expected.low, abs=1e-6), pytest.approx(expected.high, abs=1e-6))
    assert (share.value, share.of) == (hits / of, of)


def test_a_share_of_nothing_says_nothing() -> None:
    nothing = wilson(0, 0)
    assert math.isnan(nothing.value)
    assert (nothing.low, nothing.high) == (0.0, 1.0)


def test_the_two_sample_test_is_scipys() -> None:
    draw = random.Random(1)
    for size, other in ((40, 60), (200, 150), (1000, 800)):
        for shift in (0, 5, 20):
            one = Counter(draw.randrange(1, 101) for _ in range(size))
            two = Counter(min(100, draw.randrange(1, 101) + shift) for _ in range(other))
            distance, p_value = kolmogorov_smirnov(one, two)
            expected = stats.ks_2samp(list(one.elements()), list(two.elements()), method="asymp")
            assert distance == pytest.approx(expected.statistic)
            assert p_value == pytest.approx(expected.pvalue, abs=0.04)


def test_equal_samples_do_not_differ() -> None:
    assert kolmogorov_smirnov({1: 5, 9: 5}, {1: 50, 9: 50}) == (0.0, 1.0)
    distance, p_value = kolmogorov_smirnov({1: 100}, {2: 100})
    assert distance == 1.0
    assert p_value < 1e-9


def test_prompts_like_the_training_data_are_far_in_5_percent() -> None:
    assert far_share(Counter(range(1, 101))).value == 0.05


def month(recent: Counter[int], before: Counter[int]) -> dict[date, Counter[int]]:
    """The recent prompts today and yesterday, the others on the days before, and old ones that no longer count."""
    half = Counter({percentile: count // 2 for percentile, count in recent.items()})
    return {
        TODAY: recent - half,
        TODAY - timedelta(days=6): half,
        TODAY - timedelta(days=7): before,
        TODAY - timedelta(days=36): Counter({100: 10_000}),
        TODAY + timedelta(days=1): Counter({100: 10_000}),
    }


def test_prompts_that_moved_away_are_told() -> None:
    draw = random.Random(2)
    found = drift("chat", month(far_away(draw, 300), like_training(draw, 900)), TODAY)
    assert found.direction == "farther"
    assert (found.recent.of, found.before.of) == (300, 900)
    assert "clearly more than the 5 %" in found.sentence
    assert "farther away than in the 28 days before" in found.sentence
    assert "trust the routers" in found.sentence
    back = drift("chat", month(like_training(draw, 300), far_away(draw, 900)), TODAY)
    assert back.direction == "closer"
    assert "trust" not in back.sentence


def test_the_same_prompts_are_rarely_called_a_change() -> None:
    draw = random.Random(3)
    told = [drift("chat", month(like_training(draw, 200), like_training(draw, 600)), TODAY) for _ in range(100)]
    assert sum(one.direction != "no change" for one in told) <= 3
    assert "no change that matters" in told[0].sentence


def test_a_change_too_small_to_matter_is_none() -> None:
    before = Counter(dict.fromkeys(range(1, 101), 5_000))
    recent = Counter(dict.fromkeys(range(3, 103), 5_000))
    found = drift("chat", month(recent, before), TODAY)
    assert found.p_value < 0.001
    assert found.direction == "no change"


@pytest.mark.parametrize(("recent", "before", "said"), [(29, 900, "too few to say anything"), (300, 29, "too little")])
def test_few_prompts_say_little(recent: int, before: int, said: str) -> None:
    draw = random.Random(4)
    found = drift("chat", month(like_training(draw, recent), like_training(draw, before)), TODAY)
    assert found.direction == "too few"
    assert said in found.sentence
    assert drift("chat", {}, TODAY).direction == "too few"
