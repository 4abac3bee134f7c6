"""The ZeroEval trio: what a curve reaches at the large LLM's cost, and what that LLM's accuracy costs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.outcomes import Outcomes
from benchmarks.scores import Scores
from benchmarks.trio import ACCURACY, ALWAYS_LARGE, COST, fixed_figures, pooled, pooled_scores, trio_figures
from benchmarks.trio_cost import TRIO

N = 10
HARD = np.arange(N) >= 8
SMALL, LARGE, REASONING = TRIO
OUTCOMES = Outcomes(
    tuple(f"{i:x}" for i in range(N)),
    quality={SMALL: (~HARD).astype(float), LARGE: (np.arange(N) < 9).astype(float), REASONING: np.ones(N)},
    cost_usd={SMALL: np.full(N, 1.0), LARGE: np.full(N, 3.0), REASONING: np.full(N, 9.0)},
)
ONCE = np.ones((1, N))
TRAIN_COSTS = {SMALL: 1.1, LARGE: 2.9, REASONING: 9.2}


def test_sending_the_hard_tenths_to_the_reasoning_llm_beats_the_large_one() -> None:
    p_strong = np.where(HARD, 0.9, 0.1)
    figures = trio_figures(ONCE, OUTCOMES, np.column_stack([1 - p_strong, p_strong]), {}, TRAIN_COSTS)
    assert figures[ACCURACY][0] == pytest.approx(1.0)  # 8 × 1 + 2 × 9 = 26 ≤ 30
    assert figures[COST][0] == pytest.approx((1.0 + 0.8) / 3.0)  # half of the way from .8 to 1, from cost 1 to 2.6


def test_three_routes_and_p_correct_choose_among_all_three() -> None:
    routes = np.column_stack([~HARD, np.arange(N) == 8, np.arange(N) == 9]).astype(float)
    by_route = trio_figures(ONCE, OUTCOMES, routes, {}, TRAIN_COSTS)
    p_correct = {llm: OUTCOMES.quality[llm] for llm in TRIO}
    by_p = trio_figures(ONCE, OUTCOMES, routes[:, :2], p_correct, TRAIN_COSTS)
    for figures in (by_route, by_p):
        assert figures[ACCURACY][0] == pytest.approx(1.0)  # 8 + 3 + 9 = 20 ≤ 30
        assert figures[COST][0] < 0.5


def test_prices_are_those_of_the_train_part_and_costs_those_of_the_rows() -> None:
    p_correct = {SMALL: np.full(N, 0.5), LARGE: np.full(N, 0.55), REASONING: np.full(N, 0.9)}
    routes = np.full((N, 2), 0.5)
    alike = trio_figures(ONCE, OUTCOMES, routes, p_correct, dict.fromkeys(TRIO, 1.0))
    assert alike[COST][0] == pytest.approx(9 / 3)  # nothing to save: the likeliest to be right, whatever the weight
    priced = trio_figures(ONCE, OUTCOMES, routes, p_correct, TRAIN_COSTS)
    assert priced[COST][0] == pytest.approx((1 + 0.5 * (9 - 1)) / 3)  # mixed with the small one, half of the way


def test_a_curve_that_never_gets_there_has_no_cost() -> None:
    p_strong = np.where(HARD, 0.1, 0.9)  # the worst ranking
    never = Outcomes(
        OUTCOMES.questions, quality={**OUTCOMES.quality, LARGE: np.full(N, 1.01)}, cost_usd=OUTCOMES.cost_usd
    )
    figures = trio_figures(ONCE, never, np.column_stack([1 - p_strong, p_strong]), {}, TRAIN_COSTS)
    assert np.isnan(figures[COST][0])


def test_the_oracle_takes_the_cheapest_right_answer() -> None:
    fixed = fixed_figures(ONCE, OUTCOMES)
    assert fixed[ALWAYS_LARGE][ACCURACY][0] == pytest.approx(0.9)
    assert fixed["oracle"][ACCURACY][0] == 1.0
    assert fixed["oracle"][COST][0] == pytest.approx((8 * 1 + 3 + 9) / 30)


def test_sets_are_pooled_row_by_row() -> None:
    both = pooled([OUTCOMES, OUTCOMES])
    assert len(both) == 2 * N
    scores = Scores({"two": np.full((N, 2), 0.5)}, {"two": {llm: np.arange(N) / N for llm in TRIO}})
    routes, p_correct = pooled_scores([scores, scores], "two")
    assert routes.shape == (2 * N, 2)
    assert set(p_correct) == set(TRIO)
    with pytest.raises(KeyError):
        pooled_scores([scores, Scores()], "two")
    assert not pooled_scores([scores, Scores({"two": np.full((N, 2), 0.5)})], "two")[1]
