"""Goals: what is chosen on one half is judged on the other, and what cannot be reached is said."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.dashboard.choice import Goal, best_setting
from benchmarks.dashboard.costs import typed_costs
from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import ranking
from benchmarks.dashboard.results import Results
from benchmarks.dashboard.target import halves, reach
from errors import BadInputError
from tests.benchmarks.dashboard.conftest import with_router

PRICES = {"small": 1.0, "large": 5.0}


@pytest.fixture(scope="module")
def many() -> Numbers:
    return made_up(3000, 6, seed=2)


def test_no_question_is_in_both_halves_and_none_is_lost(many: Numbers) -> None:
    first, second = halves(many)
    assert not set(first.outcomes.questions) & set(second.outcomes.questions)
    assert len(first) + len(second) == len(many)
    assert 0.4 < len(first) / len(many) < 0.6


def test_the_most_skilled_router_is_chosen_and_the_other_half_agrees(many: Numbers) -> None:
    answer = reach(many, Goal("strong calls", 0.5, sure=True))
    assert answer.best
    assert answer.best.name == "router-5"
    assert answer.confirmed is not False
    assert answer.best.chosen.share < 0.5
    assert answer.best.share.value == pytest.approx(answer.best.chosen.share, abs=0.05)


def test_figures_are_those_of_the_half_that_took_no_part(many: Numbers) -> None:
    answer = reach(many, Goal("quality", 0.6), typed_costs(many, PRICES))
    assert answer.best
    assert answer.point
    _, judge = halves(many)
    rank = ranking(judge, answer.best.name)
    quality = np.where(rank.scores >= answer.best.chosen.threshold, rank.strong, rank.weak).mean()
    assert answer.best.quality.value == pytest.approx(quality)
    assert answer.point.quality.value == pytest.approx(quality)
    assert answer.point.n_rows == len(judge)
    assert "other half" in answer.verdict


def test_a_quality_is_reached_at_least_cost(many: Numbers) -> None:
    answer = reach(many, Goal("quality", 0.6), typed_costs(many, PRICES))
    spent = [candidate.chosen.price for candidate in answer.candidates]
    assert spent == sorted(spent)
    assert all(candidate.chosen.quality >= 0.6 for candidate in answer.candidates)


def test_a_budget_is_kept_where_it_was_set(many: Numbers) -> None:
    answer = reach(many, Goal("budget", 2.0), typed_costs(many, PRICES))
    assert answer.candidates
    assert all((candidate.chosen.usd_per_1000 or 9) <= 2.0 for candidate in answer.candidates)
    qualities = [candidate.chosen.quality for candidate in answer.candidates]
    assert qualities == sorted(qualities, reverse=True)


def test_a_sure_choice_costs_more_and_holds_more_often() -> None:
    held = {True: 0, False: 0}
    for seed in range(30):
        numbers = made_up(600, 2, seed)
        for sure in held:
            best = reach(numbers, Goal("quality", 0.6, sure)).best
            assert best
            held[sure] += best.quality.value >= 0.6
    assert held[True] >= 20, "two in three"
    assert held[True] > held[False] + 3


def test_what_nobody_reaches_is_said(many: Numbers) -> None:
    answer = reach(many, Goal("quality", 0.99))
    assert (answer.best, answer.point, answer.candidates, answer.confirmed) == (None, None, (), False)
    assert answer.verdict.startswith("No router reaches a quality of at least 0.990")


def test_a_router_that_only_escalates_everything_saves_nothing(many: Numbers) -> None:
    worst = with_router(many, "backwards", 1 - many.outcomes.quality["large"] + many.outcomes.quality["small"])
    first, _ = halves(worst)
    strong = float(first.outcomes.quality["large"].mean())
    answer = reach(worst, Goal("quality", strong - 1e-9), among=["prompt-length"])
    assert answer.best is not None
    assert "no router saves anything" in answer.verdict
    assert answer.confirmed is False


def test_a_router_that_ran_on_a_sample_is_left_out_by_name(many: Numbers) -> None:
    p_strong = np.where(np.arange(len(many)) < 300, 0.5, np.nan)
    answer = reach(with_router(many, "sampled", p_strong), Goal("strong calls", 0.5))
    assert answer.left_out == ("sampled",)
    assert "sampled" not in {candidate.name for candidate in answer.candidates}


def test_the_best_setting_is_the_best_of_all_thresholds(numbers: Numbers) -> None:
    rank = ranking(numbers, "router-3")
    found = best_setting(numbers, rank, Goal("strong calls", 0.3), None)
    assert found
    tried = [
        np.where(rank.scores >= t, rank.strong, rank.weak).mean()
        for t in [*np.unique(rank.scores), np.inf]
        if (rank.scores >= t).mean() <= 0.3
    ]
    assert found.quality == pytest.approx(max(tried))


def test_few_questions_leave_it_open(committed: Results) -> None:
    numbers = committed.numbers("mt-bench")
    answer = reach(numbers, Goal("quality", 8.9))
    assert answer.point
    assert answer.point.n_rows < 72
    assert answer.point.quality.high - answer.point.quality.low > 0.5


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (Goal("budget", 1.0), "needs prices"),
        (Goal("strong calls", 1.5), "share of strong calls is 1.5"),
        (Goal("quality", float("nan")), "goal is nan"),
        (Goal("quality", -1.0), "goal is -1"),
    ],
)
def test_goals_out_of_range(numbers: Numbers, goal: Goal, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        reach(numbers, goal)
