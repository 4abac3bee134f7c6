"""Figures between a weak and a strong LLM, on rows on which both ran."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks import metrics
from benchmarks.curves import decile_curve
from benchmarks.outcomes import Outcomes
from benchmarks.pair_figures import BY_P_CORRECT, oracle_figures, pair_figures
from benchmarks.part import Part, Resamples
from benchmarks.suite import entries

N = 80
DRAWN = np.random.default_rng(4)
MMLU = entries(["mmlu"])[0]
P_STRONG = DRAWN.uniform(0, 1, N)
WEAK = DRAWN.integers(0, 2, N).astype(float)
STRONG = (DRAWN.uniform(0, 1, N) < 0.85).astype(float)


def _part(weak: np.ndarray, strong: np.ndarray) -> Part:
    assert MMLU.pair is not None
    outcomes = Outcomes(tuple(f"{i:x}" for i in range(N)), quality={MMLU.pair.weak: weak, MMLU.pair.strong: strong})
    return Part(MMLU, outcomes, np.column_stack([1 - P_STRONG, P_STRONG]), 0.5, Resamples(outcomes.groups))


def test_figures_are_those_of_the_rows() -> None:
    figures = pair_figures(_part(WEAK, STRONG))
    assert figures["APGR"][0] == pytest.approx(metrics.apgr(P_STRONG, WEAK, STRONG))
    assert figures["CPT80"][0] == pytest.approx(metrics.cpt(decile_curve(P_STRONG, WEAK, STRONG), 0.8))
    needed = (STRONG > WEAK).astype(np.int64)
    assert figures["ECE"][0] == pytest.approx(metrics.ece(needed, np.column_stack([1 - P_STRONG, P_STRONG])))


def test_rows_without_one_of_the_llms_do_not_count() -> None:
    gap = np.where(np.arange(N) < 10, np.nan, WEAK)
    assert pair_figures(_part(gap, STRONG))["APGR"][0] == pytest.approx(
        metrics.apgr(P_STRONG[10:], WEAK[10:], STRONG[10:])
    )


def test_p_correct_of_the_pair_ranks_too() -> None:
    part = _part(WEAK, STRONG)
    assert MMLU.pair is not None
    known = dataclasses.replace(part, choices={MMLU.pair.weak: WEAK, MMLU.pair.strong: STRONG})
    best = oracle_figures(part.outcomes, MMLU.pair, part.resamples)
    assert pair_figures(known)[BY_P_CORRECT][0] == pytest.approx(best["APGR"][0])
    assert BY_P_CORRECT not in pair_figures(dataclasses.replace(part, choices={MMLU.pair.weak: WEAK}))


def test_judged_quality_has_no_calibration() -> None:
    assert set(pair_figures(_part(WEAK * 8 + 1, STRONG * 9))) == {"APGR", "CPT50", "CPT80"}


def test_no_ranking_beats_the_oracle() -> None:
    part = _part(WEAK, STRONG)
    assert MMLU.pair is not None
    best = oracle_figures(part.outcomes, MMLU.pair, part.resamples)
    assert best["APGR"][0] > pair_figures(part)["APGR"][0]
    assert best["CPT50"][0] < pair_figures(part)["CPT50"][0]


def test_a_benchmark_without_a_pair_has_none() -> None:
    outcomes = Outcomes(("a",))
    ray = entries(["ray"])[0]
    assert not pair_figures(Part(ray, outcomes, np.array([[0.5, 0.5]]), 0.5, Resamples(outcomes.groups)))
