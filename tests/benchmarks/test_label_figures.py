"""Figures on labelled benchmarks: what each kind of router can be asked."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import metrics
from benchmarks.benchmark import FloatArray
from benchmarks.label_figures import category_figures, label_figures, majority_figures
from benchmarks.outcomes import Outcomes
from benchmarks.part import Part, Resamples
from benchmarks.suite import entries

N = 60
DRAWN = np.random.default_rng(2)
LABELS = DRAWN.integers(0, 3, N)
THREE = DRAWN.dirichlet(np.ones(3), N)
P_STRONG = DRAWN.uniform(0, 1, N)
TWO = np.column_stack([1 - P_STRONG, P_STRONG])


def _part(benchmark: str, probabilities: FloatArray, labels: np.ndarray, **choices: FloatArray) -> Part:
    outcomes = Outcomes(tuple(f"{i:x}" for i in range(N)), labels=labels)
    return Part(entries([benchmark])[0], outcomes, probabilities, 0.4, Resamples(outcomes.groups), dict(choices))


def test_three_routes_on_three_labels() -> None:
    figures = label_figures(_part("nexos", THREE, LABELS))
    assert figures["accuracy"][0] == pytest.approx(metrics.accuracy(LABELS, THREE.argmax(axis=1)))
    assert figures["ECE"][0] == pytest.approx(metrics.ece(LABELS, THREE))
    assert figures["AUC"][0] == pytest.approx(metrics.auc(LABELS, THREE))
    assert figures["AUC, simple or not"][0] == pytest.approx(metrics.auc((LABELS > 0).astype(int), 1 - THREE[:, 0]))


def test_two_routes_on_three_labels_only_say_simple_or_not() -> None:
    figures = label_figures(_part("nexos", TWO, LABELS))
    assert list(figures) == ["AUC, simple or not"]
    assert figures["AUC, simple or not"][0] == pytest.approx(metrics.auc((LABELS > 0).astype(int), P_STRONG))


def test_three_routes_on_two_labels_count_as_escalating_or_not() -> None:
    labels = (LABELS > 0).astype(np.int64)
    figures = label_figures(_part("ray", THREE, labels))
    assert figures["accuracy"][0] == pytest.approx(metrics.accuracy(labels, (THREE.argmax(axis=1) > 0).astype(int)))
    assert figures["Brier"][0] == pytest.approx(metrics.brier(labels, np.column_stack([THREE[:, 0], 1 - THREE[:, 0]])))


def test_the_cards_threshold_picks() -> None:
    labels = (LABELS > 0).astype(np.int64)
    picks = (P_STRONG >= 0.4).astype(np.int64)
    figures = label_figures(_part("ray", TWO, labels))
    assert figures["balanced accuracy"][0] == pytest.approx(metrics.balanced_accuracy(labels, picks))


def test_one_cut_of_a_scale_is_only_ranked() -> None:
    assert list(label_figures(_part("just-eval", TWO, (LABELS > 0).astype(np.int64)))) == ["AUC"]


def test_categories_come_from_choices_and_need_all_of_them() -> None:
    labels = (LABELS > 0).astype(np.int64)
    told = category_figures(
        _part("coding-factual", TWO, labels, factual=1.0 * (labels == 0), coding=1.0 * labels), ("factual", "coding")
    )
    assert told["accuracy"][0] == 1.0
    assert told["Brier"][0] == 0.0
    assert not category_figures(_part("coding-factual", TWO, labels, coding=1.0 * labels), ("factual", "coding"))


def test_the_majority_names_one_label() -> None:
    outcomes = Outcomes(tuple("abcd"), labels=np.array([1, 1, 0, 1]))
    figures = majority_figures(outcomes, Resamples(outcomes.groups))
    assert figures["accuracy"][0] == 0.75
    assert figures["balanced accuracy"][0] == 0.5
    assert not majority_figures(Outcomes(("a",)), Resamples(np.array([0])))
