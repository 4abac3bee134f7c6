"""The router report against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from benchmarks import metrics, resample, weighted
from benchmarks.dashboard.auc_draws import auc_of_draws
from benchmarks.dashboard.draws import draw_counts
from benchmarks.dashboard.labels import judged
from benchmarks.dashboard.report import calibration_error, confusion, histogram, reliability_points, roc
from benchmarks.dashboard.results import Results
from errors import BadInputError, UnknownNameError

CASES = [("ray", "keras-cnn"), ("mmlu", "encoder-quality"), ("nexos", "encoder-3way"), ("gsm8k", "causal-5star")]


@pytest.mark.parametrize(("benchmark", "router"), CASES)
def test_roc_and_precision_are_those_of_scikit_learn(committed: Results, benchmark: str, router: str) -> None:
    numbers = committed.numbers(benchmark)
    found, of = roc(numbers, router), judged(numbers, router)
    assert found.auc.value == pytest.approx(sk.roc_auc_score(of.needed, of.p_strong))
    assert found.average_precision == pytest.approx(sk.average_precision_score(of.needed, of.p_strong))
    assert found.auc.low < found.auc.value < found.auc.high
    assert found.prevalence == pytest.approx(of.needed.mean())
    for threshold, recall, precision in list(zip(found.threshold, found.recall, found.precision, strict=True))[1::40]:
        picked = of.p_strong >= threshold
        assert recall == pytest.approx(sk.recall_score(of.needed, picked))
        assert precision == pytest.approx(sk.precision_score(of.needed, picked))


def test_the_interval_of_auc_is_that_of_the_summary(committed: Results) -> None:
    numbers = committed.numbers("ray")
    of = judged(numbers, "keras-cnn")
    counts = resample.counts(int(of.rows.sum()), numbers.outcomes.groups[of.rows])
    expected = resample.estimate(weighted.auc(counts, of.needed, of.p_strong))
    found = roc(numbers, "keras-cnn").auc
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-5)


@pytest.mark.parametrize("digits", [1, 8])
def test_auc_of_resamples_with_and_without_ties(digits: int) -> None:
    random = np.random.default_rng(6)
    scores, positive = random.uniform(0, 1, 90).round(digits), random.uniform(0, 1, 90) < 0.2
    counts = draw_counts(np.arange(90), 130)
    expected = weighted.auc(counts.astype(float), positive, scores)
    np.testing.assert_allclose(auc_of_draws(counts, positive, scores), expected, rtol=1e-6)
    assert np.isnan(auc_of_draws(counts, np.zeros(90, dtype=bool), scores)).all()


@pytest.mark.parametrize("threshold", [None, 0.3])
def test_confusion_of_two_routes(committed: Results, threshold: float | None) -> None:
    numbers = committed.numbers("ray")
    of, found = judged(numbers, "keras-bilstm"), confusion(numbers, "keras-bilstm", threshold)
    picked = of.p_strong >= found.threshold
    np.testing.assert_array_equal(found.table, sk.confusion_matrix(of.needed, picked))
    assert found.accuracy == pytest.approx(sk.accuracy_score(of.needed, picked))
    assert found.balanced_accuracy == pytest.approx(sk.balanced_accuracy_score(of.needed, picked))
    assert found.precision[1] == pytest.approx(sk.precision_score(of.needed, picked))
    assert found.recall[1] == pytest.approx(sk.recall_score(of.needed, picked))
    assert found.f1[1] == pytest.approx(sk.f1_score(of.needed, picked))
    assert found.majority == pytest.approx(0.925, abs=5e-4)


def test_confusion_of_three_routes(committed: Results) -> None:
    numbers = committed.numbers("nexos")
    found = confusion(numbers, "encoder-3way")
    labels, picks = numbers.outcomes.labels, numbers.routers["encoder-3way"].probabilities.argmax(axis=1)
    assert found.names == ("simple", "general", "reasoning")
    np.testing.assert_array_equal(found.table, sk.confusion_matrix(labels, picks))
    assert np.mean(found.f1) == pytest.approx(sk.f1_score(labels, picks, average="macro"))
    assert confusion(numbers, "encoder-3way", 0.5).table.shape == (2, 2)


def test_calibration(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    of, found = judged(numbers, "ensemble"), calibration_error(numbers, "ensemble")
    binary = np.column_stack([1 - of.p_strong, of.p_strong])
    assert found.value == pytest.approx(metrics.ece(of.needed.astype(int), binary))
    assert found.low <= found.value <= found.high + 0.02
    points = reliability_points(numbers, "ensemble")
    assert sum(point.prompts for point in points) == len(of.needed)


def test_the_histogram_holds_every_prompt_once(committed: Results) -> None:
    numbers = committed.numbers("ray")
    found = histogram(numbers, "keras-cnn", 10)
    assert found.needed.sum() == 43
    assert found.sufficed.sum() == 531
    assert len(found.edges) == 11
    assert found.threshold == numbers.routers["keras-cnn"].threshold
    assert histogram(committed.numbers("nexos"), "encoder-3way").threshold is None


def test_what_cannot_be_judged_is_said(committed: Results) -> None:
    with pytest.raises(BadInputError, match="better or worse, not right or wrong"):
        roc(committed.numbers("mt-bench"), "keras-cnn")
    with pytest.raises(BadInputError, match="labels of Coding or factual are categories"):
        roc(committed.numbers("coding-factual"), "semantic")
    with pytest.raises(UnknownNameError, match="nobody"):
        confusion(committed.numbers("ray"), "nobody")
