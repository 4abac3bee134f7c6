"""Among many LLMs: the figures equal what one works out from the picks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.aiq import COST_WEIGHTS, aiq
from benchmarks.outcomes import Outcomes
from benchmarks.part import Part, Resamples
from benchmarks.pool_figures import (
    aiq_figures,
    best_pick_figures,
    complete,
    pool_baselines,
    zero_router_figures,
)
from benchmarks.suite import Entry, Pair

N = 40
DRAWN = np.random.default_rng(3)
QUALITY = {llm: DRAWN.integers(0, 2, N).astype(float) for llm in ("small", "large", "other")}
COST = {"small": DRAWN.uniform(1, 2, N), "large": DRAWN.uniform(8, 9, N), "other": DRAWN.uniform(3, 4, N)}
OUTCOMES = Outcomes(tuple(f"{i:x}" for i in range(N)), quality=QUALITY, cost_usd=COST)
ENTRY = Entry("tiny", "Tiny", lambda _: None, pair=Pair("small", "large", ""))  # type: ignore[arg-type,return-value]
RESAMPLES = Resamples(OUTCOMES.groups)
TRAIN_COSTS = {"small": 1.8, "large": 8.2, "other": 3.9}
P_STRONG = DRAWN.uniform(0, 1, N)


def _part(choices: dict[str, np.ndarray] | None = None) -> Part:
    probabilities = np.column_stack([1 - P_STRONG, P_STRONG])
    return Part(ENTRY, OUTCOMES, probabilities, 0.5, RESAMPLES, choices or {}, TRAIN_COSTS)


def test_a_router_that_knows_the_answers_picks_like_the_oracle() -> None:
    known = best_pick_figures(_part(QUALITY))
    bounds = pool_baselines(OUTCOMES, RESAMPLES)
    np.testing.assert_allclose(known["quality of the pick"], bounds["oracle"]["quality of the pick"])
    best = max(float(values.mean()) for values in QUALITY.values())
    assert bounds["best-single-llm"]["quality of the pick"][0] == pytest.approx(best)
    assert known["V_B"][0] == pytest.approx(known["quality of the pick"][0] / best)


def test_a_router_without_p_correct_picks_no_llm() -> None:
    assert not best_pick_figures(_part())
    assert not best_pick_figures(_part({"small": QUALITY["small"]}))


def test_llms_that_were_not_run_everywhere_are_left_out() -> None:
    gap = {**QUALITY, "gap": np.where(np.arange(N) == 3, np.nan, 1.0)}
    assert complete(Outcomes(OUTCOMES.questions, quality=gap)) == list(QUALITY)


def test_aiq_by_p_correct_is_aiq_of_its_picks() -> None:
    p_correct = {llm: DRAWN.uniform(0, 1, N) for llm in QUALITY}
    price = np.array([TRAIN_COSTS[llm] for llm in QUALITY])
    stacked = np.stack(list(p_correct.values()))
    picks = [(stacked - weight * (price / price.max())[:, None]).argmax(axis=0) for weight in COST_WEIGHTS]
    expected = aiq(picks, QUALITY, COST)
    figures = aiq_figures(_part(p_correct))
    assert figures["AIQ"][0] == pytest.approx(expected.router)
    assert figures["AIQ above the Zero router"][0] == pytest.approx(expected.router - expected.zero)
    assert zero_router_figures(OUTCOMES, RESAMPLES)["AIQ"][0] == pytest.approx(expected.zero)


def test_without_the_train_parts_costs_nothing_is_weighed() -> None:
    part = dataclasses.replace(_part(dict.fromkeys(QUALITY, P_STRONG)), train_costs={})
    with pytest.raises(KeyError, match="small"):
        aiq_figures(part)


def test_aiq_by_threshold_moves_between_the_pair_only() -> None:
    edges = [*np.quantile(P_STRONG, np.linspace(0, 1, 41)), np.inf]
    llms = list(QUALITY)
    picks = [np.where(edge <= P_STRONG, llms.index("large"), llms.index("small")) for edge in edges]
    assert aiq_figures(_part())["AIQ"][0] == pytest.approx(aiq(picks, QUALITY, COST).router)
