"""Metrics, against figures worked out by hand, published check values and limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from benchmarks import metrics
from benchmarks.curves import Curve, decile_curve, full_curve
from benchmarks.data import gsm8k, mmlu


def test_apgr_arithmetic_gives_routellms_check_value() -> None:
    assert metrics.pgr(77.540277, 63.7337, 85.7689) == pytest.approx(0.62657, abs=1e-5)


def test_pgr_without_a_gap_is_not_a_number() -> None:
    assert np.isnan(metrics.pgr(0.5, 0.7, 0.7))


def test_apgr_of_a_straight_line_is_one_half() -> None:
    shares = np.linspace(0, 1, 11)
    assert metrics.area_pgr(Curve(1 - shares, shares, 0.6 + 0.2 * shares)) == pytest.approx(0.5)


def test_apgr_of_ten_prompts_by_hand() -> None:
    # The strong LLM is right on two more prompts of ten; ranked first, PGR is .5 at 10 %, then 1.
    weak, strong = np.zeros(10), np.zeros(10)
    strong[:2] = 1
    scores = np.arange(10, 0, -1).astype(float)
    assert metrics.apgr(scores, weak, strong) == pytest.approx((0.5 * 0.5 + 0.75) * 0.1 + 0.8)
    assert metrics.apgr(-scores, weak, strong) == pytest.approx(1 - ((0.5 * 0.5 + 0.75) * 0.1 + 0.8))


def test_apgr_of_equal_scores_is_one_half() -> None:
    weak, strong = np.array([0.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0])
    assert metrics.apgr(np.full(3, 0.7), weak, strong) == pytest.approx(0.5)


def test_cpt_takes_the_first_crossing_of_a_curve_that_dips() -> None:
    curve = Curve(np.arange(5, 0, -1.0), np.array([0, 0.25, 0.5, 0.75, 1]), np.array([0.0, 0.8, 0.2, 0.6, 1.0]))
    assert metrics.cpt(curve, 0.4) == pytest.approx(0.125)
    assert metrics.cpt(curve, 0.9) == pytest.approx(0.75 + 0.25 * 0.75)
    assert metrics.cpt(curve, 0.0) == 0
    assert np.isnan(metrics.cpt(curve, 1.1))


def test_prompt_length_reaches_about_the_apgr_known_for_the_complete_sets(data_dir: Path) -> None:
    for benchmark, known in ((mmlu.load(data_dir), 0.583), (gsm8k.load(data_dir), 0.598)):
        lengths = np.array([len(prompt) for prompt in benchmark.prompts], dtype=float)
        weak, strong = benchmark.quality[mmlu.WEAK], benchmark.quality[mmlu.STRONG]
        assert metrics.apgr(lengths, weak, strong) == pytest.approx(known, abs=0.01)
        assert metrics.cpt(full_curve(lengths, weak, strong), 0.5) < 0.45


def test_ece_of_honest_and_of_boastful_confidence() -> None:
    labels = np.array([0, 0, 0, 1])
    honest = np.tile([0.75, 0.25], (4, 1))
    boastful = np.tile([0.95, 0.05], (4, 1))
    assert metrics.ece(labels, honest) == pytest.approx(0)
    assert metrics.ece(labels, boastful) == pytest.approx(0.2)


def test_ece_weighs_bins_by_their_prompts() -> None:
    labels = np.array([0, 0, 0, 1])
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.6, 0.4]])
    assert metrics.ece(labels, probabilities) == pytest.approx(0.75 * 0.1 + 0.25 * 0.6)


def test_brier_runs_from_zero_to_two() -> None:
    labels = np.array([0, 1])
    assert metrics.brier(labels, np.eye(2)) == 0
    assert metrics.brier(labels, np.eye(2)[::-1]) == 2
    assert metrics.brier(labels, np.full((2, 2), 0.5)) == pytest.approx(0.5)


def test_a_constant_router_is_accurate_but_not_balanced() -> None:
    labels = np.array([0] * 9 + [1])
    constant = np.zeros(10, dtype=np.int64)
    assert metrics.accuracy(labels, constant) == 0.9
    assert metrics.balanced_accuracy(labels, constant) == 0.5
    assert metrics.macro_f1(labels, constant) == pytest.approx(18 / 19 / 2)


def test_classification_figures_are_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    labels = rng.choice(3, 200, p=[0.7, 0.2, 0.1])
    picks = np.where(rng.random(200) < 0.6, labels, rng.integers(0, 2, 200))
    assert metrics.accuracy(labels, picks) == pytest.approx(accuracy_score(labels, picks))
    assert metrics.balanced_accuracy(labels, picks) == pytest.approx(balanced_accuracy_score(labels, picks))
    assert metrics.macro_f1(labels, picks) == pytest.approx(f1_score(labels, picks, average="macro"))


def test_auc_of_two_and_three_routes() -> None:
    assert metrics.auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])) == 0.75
    assert metrics.auc(np.array([0, 1, 2]), np.eye(3)) == 1
    assert np.isnan(metrics.auc(np.array([0, 0]), np.array([0.1, 0.6])))


def test_decile_curve_has_both_ends_and_at_most_eleven_points() -> None:
    rng = np.random.default_rng(0)
    weak, strong = rng.integers(0, 2, (2, 500)).astype(float)
    curve = decile_curve(rng.random(500), weak, strong)
    assert len(curve.thresholds) == 11
    assert curve.strong_share == pytest.approx(np.linspace(0, 1, 11), abs=0.01)
    assert (curve.weak, curve.strong) == pytest.approx((weak.mean(), strong.mean()))
