"""A small, a large and a reasoning LLM on all of ZeroEval: accuracy at the cost of always asking the large one.

Settings of a router are chosen by what they cost, never by the accuracy that they reach: its curve is read where its
cost is that of the large LLM alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.outcomes import Outcomes
from benchmarks.scores import Scores
from benchmarks.trio_cost import TRIO

NAME = "zeroeval-trio"
TITLE = "ZeroEval: gpt-4o-mini, gpt-4o or o1-mini"
PARTS = ("zeroeval-gsm", "zeroeval-math-l5", "zeroeval-crux")
BUDGET = 1
"""Number of the large LLM in the trio: its cost is the budget."""

ACCURACY = "accuracy at gpt-4o's cost"
ALWAYS_LARGE = "always gpt-4o"
GAIN = "accuracy above gpt-4o at its cost"
COST = "share of gpt-4o's cost at its accuracy"

WEIGHTS = np.concatenate([-np.geomspace(2.0, 1e-3, 40), [0.0], np.geomspace(1e-3, 5.0, 60)])
"""Cost weights of the sweep; negative ones spend more than the likeliest route would."""

N_THRESHOLDS = 101


def pooled(outcomes: Sequence[Outcomes]) -> Outcomes:
    """The trio's outcomes on several sets, one after the other."""
    return Outcomes(
        questions=tuple(question for part in outcomes for question in part.questions),
        quality={llm: np.concatenate([part.quality[llm] for part in outcomes]) for llm in TRIO},
        cost_usd={llm: np.concatenate([part.cost_usd[llm] for part in outcomes]) for llm in TRIO},
    )


def pooled_scores(scores: Sequence[Scores], router: str) -> tuple[FloatArray, dict[str, FloatArray]]:
    """A router's distribution over its routes, shape (n, k), and its P(correct) of the trio, on the same rows.

    Raises:
        KeyError: It was not scored on one of the sets.
    """
    routes = np.concatenate([part.routes[router] for part in scores])
    known = [part.choices.get(router, {}) for part in scores]
    p_correct = {llm: [said[llm] for said in known if llm in said] for llm in TRIO}
    complete = {llm: np.concatenate(parts) for llm, parts in p_correct.items() if len(parts) == len(scores)}
    return routes, complete


def trio_figures(
    counts: FloatArray,
    outcomes: Outcomes,
    routes: FloatArray,
    p_correct: Mapping[str, FloatArray],
    train_costs: Mapping[str, float],
) -> dict[str, FloatArray]:
    """Accuracy at the cost of always asking the large LLM, and the cost at that LLM's accuracy.

    A router with P(correct) of the trio picks the highest P(correct) − weight × price, one with three routes the
    highest P(route) − weight × price, an LLM's price being its mean cost on the train parts; one with two routes moves
    its threshold between the small and the reasoning LLM.

    Args:
        counts: Shape (r, n).
        outcomes: Of the trio, n rows.
        routes: Distribution over the router's routes, cheapest first, shape (n, k).
        p_correct: LLM → P(correct), shape (n,); without all three LLMs it is not used.
        train_costs: LLM → mean cost of its answers on the train parts, USD.
    """
    quality, cost = (np.stack([of[llm] for llm in TRIO]) for of in (outcomes.quality, outcomes.cost_usd))
    picks = _sweep(routes, p_correct, np.array([train_costs[llm] for llm in TRIO]))
    return _read(counts, picks, quality, cost)


def fixed_figures(counts: FloatArray, outcomes: Outcomes) -> dict[str, dict[str, FloatArray]]:
    """Always asking the large LLM, and an oracle that takes the cheapest right answer."""
    quality, cost = (np.stack([of[llm] for llm in TRIO]) for of in (outcomes.quality, outcomes.cost_usd))
    total = counts.sum(axis=1)
    paid = np.where(quality > 0, cost, np.inf)
    cheapest = np.where(np.isfinite(paid).any(axis=0), paid.argmin(axis=0), 0)
    rows = np.arange(cost.shape[1])
    share = (counts @ cost[cheapest, rows]) / (counts @ cost[BUDGET])
    return {
        ALWAYS_LARGE: {ACCURACY: counts @ quality[BUDGET] / total, COST: np.ones(len(counts))},
        "oracle": {ACCURACY: counts @ quality[cheapest, rows] / total, COST: share},
    }


def _sweep(routes: FloatArray, p_correct: Mapping[str, FloatArray], prices: FloatArray) -> IntArray:
    """Numbers of the picked LLMs of the trio per setting, shape (s, n)."""
    share = (prices / prices.max())[:, None]
    if set(TRIO) <= set(p_correct):
        worth = np.stack([p_correct[llm] for llm in TRIO])
    elif routes.shape[1] == len(TRIO):
        worth = routes.T
    else:
        p_strong = 1.0 - routes[:, 0]
        edges = [*np.quantile(p_strong, np.linspace(0.0, 1.0, N_THRESHOLDS)), np.inf]
        return np.array([np.where(p_strong >= edge, len(TRIO) - 1, 0) for edge in edges])
    return np.array([(worth - weight * share).argmax(axis=0) for weight in WEIGHTS])


def _read(counts: FloatArray, picks: IntArray, quality: FloatArray, cost: FloatArray) -> dict[str, FloatArray]:
    rows, total = np.arange(picks.shape[1]), counts.sum(axis=1, keepdims=True)
    reached, paid = (counts @ of[picks, rows].T / total for of in (quality, cost))
    order = np.argsort(paid, axis=1, kind="stable")
    reached, paid = (np.take_along_axis(of, order, axis=1) for of in (reached, paid))
    budget = counts @ cost[BUDGET] / total[:, 0]
    goal = counts @ quality[BUDGET] / total[:, 0]
    at_budget = [np.interp(money, x, y) for money, x, y in zip(budget, paid, reached, strict=True)]
    spent = [_first_crossing(x, y, wanted) for x, y, wanted in zip(paid, reached, goal, strict=True)]
    return {ACCURACY: np.array(at_budget), GAIN: np.array(at_budget) - goal, COST: np.array(spent) / budget}


def _first_crossing(x: FloatArray, y: FloatArray, wanted: float) -> float:
    """The least x at which a curve through the points reaches `wanted`; NaN where it never does."""
    at = int(np.argmax(y >= wanted))
    if y[at] < wanted:
        return float("nan")
    if at == 0 or y[at] == y[at - 1]:
        return float(x[at])
    part = (wanted - y[at - 1]) / (y[at] - y[at - 1])
    return float(x[at - 1] + part * (x[at] - x[at - 1]))
