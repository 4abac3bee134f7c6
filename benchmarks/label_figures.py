"""Figures of a router where the route that each prompt should get is labelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks import weighted
from benchmarks.benchmark import FloatArray
from benchmarks.outcomes import Outcomes
from benchmarks.part import Part, Resamples, all_finite

JUST_RANKING = frozenset({"just-eval"})
"""Benchmarks whose label is one cut of a scale that no router was made for: only the ranking says something."""


def label_figures(part: Part) -> dict[str, FloatArray]:
    """Accuracy, macro F1, balanced accuracy, AUC, ECE and Brier.

    Where three routes are labelled and the router has two, only `AUC, simple or not`: whether the cheapest route
    suffices is all that it can say.

    Args:
        part: A router on a labelled benchmark.

    Returns:
        Metric → its value on the data and on each resample, shape (r + 1,).
    """
    if part.outcomes.labels is None:
        return {}
    rows = part.run
    counts = part.resamples.counts(rows)
    labels, p_strong = part.outcomes.labels[rows], part.p_strong[rows]
    picks, probabilities = part.picks[rows], part.probabilities[rows]
    ranking = weighted.auc(counts, labels > 0, p_strong)
    if part.entry.name in JUST_RANKING:
        return {"AUC": ranking}
    if len(part.entry.routes) > 2:
        if probabilities.shape[1] != len(part.entry.routes):
            return {"AUC, simple or not": ranking}
        return {
            "accuracy": weighted.accuracy(counts, labels, picks),
            "macro F1": weighted.macro_f1(counts, labels, picks),
            "balanced accuracy": weighted.balanced_accuracy(counts, labels, picks),
            "AUC": weighted.auc_one_against_rest(counts, labels, probabilities),
            "AUC, simple or not": ranking,
            "ECE": weighted.ece(counts, labels, probabilities),
            "Brier": weighted.brier(counts, labels, probabilities),
        }
    escalated = (picks > 0).astype(np.int64)
    binary = np.column_stack([1.0 - p_strong, p_strong])
    return {
        "accuracy": weighted.accuracy(counts, labels, escalated),
        "macro F1": weighted.macro_f1(counts, labels, escalated),
        "balanced accuracy": weighted.balanced_accuracy(counts, labels, escalated),
        "AUC": ranking,
        "ECE": weighted.ece(counts, labels, binary),
        "Brier": weighted.brier(counts, labels, binary),
    }


def majority_figures(outcomes: Outcomes, resamples: Resamples) -> dict[str, FloatArray]:
    """Accuracy, macro F1 and balanced accuracy of always naming the label that is most frequent."""
    if outcomes.labels is None:
        return {}
    counts = resamples.counts(np.ones(len(outcomes), dtype=bool))
    picks = np.full(len(outcomes), np.bincount(outcomes.labels).argmax())
    return {
        "accuracy": weighted.accuracy(counts, outcomes.labels, picks),
        "macro F1": weighted.macro_f1(counts, outcomes.labels, picks),
        "balanced accuracy": weighted.balanced_accuracy(counts, outcomes.labels, picks),
    }


def category_figures(part: Part, categories: Sequence[str]) -> dict[str, FloatArray]:
    """Accuracy and macro F1 of a router that tells categories apart; nothing for one that does not.

    Args:
        part: A router on a benchmark whose labels are categories.
        categories: Names among the router's choices, in the order of the labels.
    """
    if part.outcomes.labels is None or not set(categories) <= set(part.choices):
        return {}
    said = np.column_stack([part.choices[name] for name in categories])
    rows = all_finite(said.T)
    counts, labels, known = part.resamples.counts(rows), part.outcomes.labels[rows], said[rows]
    total = known.sum(axis=1, keepdims=True)
    known = np.divide(known, total, out=np.full(known.shape, 1 / len(categories)), where=total > 0)
    picks = known.argmax(axis=1)
    return {
        "accuracy": weighted.accuracy(counts, labels, picks),
        "macro F1": weighted.macro_f1(counts, labels, picks),
        "AUC": weighted.auc_one_against_rest(counts, labels, known),
        "ECE": weighted.ece(counts, labels, known),
        "Brier": weighted.brier(counts, labels, known),
    }
