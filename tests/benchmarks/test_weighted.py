"""Metrics of counted rows equal the metrics of repeated rows, resample by resample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import metrics, resample, weighted
from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.bootstrap import bootstrap
from benchmarks.curves import decile_curve

N, ROUTES = 137, 3
DRAWN = np.random.default_rng(5)
LABELS = DRAWN.integers(0, ROUTES, N)
PICKS = DRAWN.integers(0, ROUTES, N)
PROBABILITIES = DRAWN.dirichlet(np.ones(ROUTES), N)
SCORES = np.round(PROBABILITIES[:, 2], 2)  # with ties
WEAK, STRONG = (DRAWN.integers(0, 2, N).astype(float) for _ in range(2))
STRONG[:20], WEAK[:20] = 1.0, 0.0
GROUPS = DRAWN.integers(0, 90, N)
COUNTS = resample.counts(N, GROUPS, n_resamples=60)
PAIRS: list[tuple[Callable[[FloatArray], FloatArray], Callable[[IntArray], float]]] = [
    (lambda c: weighted.accuracy(c, LABELS, PICKS), lambda r: metrics.accuracy(LABELS[r], PICKS[r])),
    (lambda c: weighted.balanced_accuracy(c, LABELS, PICKS), lambda r: metrics.balanced_accuracy(LABELS[r], PICKS[r])),
    (lambda c: weighted.macro_f1(c, LABELS, PICKS), lambda r: metrics.macro_f1(LABELS[r], PICKS[r])),
    (lambda c: weighted.auc(c, LABELS > 0, SCORES), lambda r: metrics.auc((LABELS[r] > 0).astype(int), SCORES[r])),
    (
        lambda c: weighted.auc_one_against_rest(c, LABELS, PROBABILITIES),
        lambda r: metrics.auc(LABELS[r], PROBABILITIES[r]),
    ),
    (lambda c: weighted.ece(c, LABELS, PROBABILITIES), lambda r: metrics.ece(LABELS[r], PROBABILITIES[r])),
    (lambda c: weighted.brier(c, LABELS, PROBABILITIES), lambda r: metrics.brier(LABELS[r], PROBABILITIES[r])),
    (
        lambda c: weighted.deciles(c, SCORES, WEAK, STRONG).apgr,
        lambda r: metrics.apgr(SCORES[r], WEAK[r], STRONG[r]),
    ),
    (
        lambda c: weighted.deciles(c, SCORES, WEAK, STRONG).cpt(0.5123),
        lambda r: metrics.cpt(decile_curve(SCORES[r], WEAK[r], STRONG[r]), 0.5123),
    ),
]
NAMES = ["accuracy", "balanced accuracy", "macro F1", "AUC", "AUC one against rest", "ECE", "Brier", "APGR", "CPT50"]


@pytest.mark.parametrize(("of_counts", "of_rows"), PAIRS, ids=NAMES)
def test_counting_rows_is_repeating_them(
    of_counts: Callable[[FloatArray], FloatArray], of_rows: Callable[[IntArray], float]
) -> None:
    values = of_counts(COUNTS)
    for drawn, value in zip(COUNTS, values, strict=True):
        assert value == pytest.approx(of_rows(np.repeat(np.arange(N), drawn.astype(int))), abs=1e-9)


def test_intervals_are_those_of_the_bootstrap() -> None:
    counted = resample.estimate(weighted.accuracy(resample.counts(N, GROUPS), LABELS, PICKS))
    repeated = bootstrap(lambda rows: metrics.accuracy(LABELS[rows], PICKS[rows]), N, groups=GROUPS)
    assert (counted.value, counted.low, counted.high) == pytest.approx((repeated.value, repeated.low, repeated.high))


def test_equal_questions_are_drawn_together() -> None:
    same = np.zeros(4, dtype=np.int64)
    assert set(np.unique(resample.counts(4, same, n_resamples=5))) == {1.0}


def test_one_class_has_no_auc_and_no_gap_no_apgr() -> None:
    ones = np.ones((1, N))
    assert np.isnan(weighted.auc(ones, np.ones(N, dtype=bool), SCORES)).all()
    assert np.isnan(weighted.deciles(ones, SCORES, WEAK, WEAK).apgr).all()
    assert np.isnan(weighted.deciles(ones, SCORES, WEAK, STRONG).cpt(50.0)).all()


def test_equal_scores_recover_half_of_the_gap() -> None:
    even = weighted.deciles(np.ones((1, N)), np.full(N, 0.7), WEAK, STRONG)
    assert even.apgr == pytest.approx(0.5)
    assert even.cpt(0.8) == pytest.approx(0.8)
