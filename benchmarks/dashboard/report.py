"""The report on one router: how well it tells prompts apart, how far it can be trusted, and where it fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks import weighted
from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.auc_draws import auc_of_draws
from benchmarks.dashboard.draws import estimate_of
from benchmarks.dashboard.labels import judged, route_labels
from benchmarks.dashboard.numbers import Numbers
from benchmarks.metrics import N_BINS as N_CALIBRATION_BINS
from benchmarks.reliability import Point, reliability

N_BINS = 20
MOST_POINTS = 400


@dataclass(frozen=True, eq=False)
class Roc:
    """ROC and precision/recall as the threshold falls from ∞; arrays have shape (points,).

    Attributes:
        threshold: Falling from ∞.
        false_positive: Share of the prompts that needed no more than the cheapest route and were escalated.
        recall: Share of the prompts that needed more and were escalated (true positive rate).
        precision: Share of the escalated prompts that needed it; NaN where none is escalated.
        auc: Area under the ROC curve with its interval.
        average_precision: Mean precision over the recalled prompts.
        prevalence: Share of prompts that needed more: the precision of escalating at random.
        said: What "needed" means here.
        n_rows: Prompts behind it.
    """

    threshold: FloatArray
    false_positive: FloatArray
    recall: FloatArray
    precision: FloatArray
    auc: Estimate
    average_precision: float
    prevalence: float
    said: str
    n_rows: int


@dataclass(frozen=True, eq=False)
class Confusion:
    """Prompts by what they needed (row) and what the router picked (column).

    Attributes:
        names: Of the rows and columns.
        table: Prompts, shape (k, k).
        threshold: Where a two-route decision was cut; None for the likeliest of several routes.
        accuracy: Share on the diagonal.
        balanced_accuracy: Mean recall over the rows; 1 / k for a constant.
        majority: Accuracy of always picking the most frequent row.
        precision: Per column, shape (k,); NaN where it was never picked.
        recall: Per row, shape (k,).
        f1: Per name, shape (k,).
    """

    names: tuple[str, ...]
    table: IntArray
    threshold: float | None
    accuracy: float
    balanced_accuracy: float
    majority: float
    precision: FloatArray
    recall: FloatArray
    f1: FloatArray


@dataclass(frozen=True, eq=False)
class Histogram:
    """How scores spread by class.

    Attributes:
        edges: Of the bins of P(strong), shape (bins + 1,).
        needed: Prompts per bin that needed more than the cheapest route, shape (bins,).
        sufficed: Prompts per bin for which it sufficed, shape (bins,).
        threshold: The router's operating point; None if it has none.
    """

    edges: FloatArray
    needed: IntArray
    sufficed: IntArray
    threshold: float | None


def roc(numbers: Numbers, router: str) -> Roc:
    """ROC and precision/recall curve; raises as `benchmarks.dashboard.labels.judged`."""
    return numbers.remember(("roc", router), lambda: _roc(numbers, router))


def confusion(numbers: Numbers, router: str, threshold: float | None = None) -> Confusion:
    """The confusion matrix at a threshold, or of the routes where a router tells the labelled ones apart.

    Args:
        numbers: The benchmark.
        router: Its id.
        threshold: For two-route decisions; None takes the router's own operating point.

    Raises:
        UnknownNameError: The router was not run here.
        BadInputError: Nothing says what the prompts needed.
    """
    found = judged(numbers, router)
    routes = route_labels(numbers, router)
    if routes and threshold is None:
        labels, picks, names = routes
        return _confusion(labels, picks, names, None)
    cut = numbers.routers[router].threshold if threshold is None else threshold
    picks = (found.p_strong >= cut).astype(np.int64)
    return _confusion(found.needed.astype(np.int64), picks, ("cheapest route", "more"), cut)


def reliability_points(numbers: Numbers, router: str) -> list[Point]:
    """Mean P(strong) per bin against the share that needed it; raises as `judged`."""
    found = judged(numbers, router)
    return reliability(found.needed.astype(np.int64), found.p_strong)


def calibration_error(numbers: Numbers, router: str) -> Estimate:
    """Expected calibration error (ECE) of the two-route decision with its interval; raises as `judged`."""

    def compute() -> Estimate:
        found = judged(numbers, router)
        binary = np.column_stack([1.0 - found.p_strong, found.p_strong])
        labels = found.needed.astype(np.int64)
        data = np.ones((1, len(labels)))
        value = weighted.ece(data, labels, binary)[0]
        gap = (binary.argmax(axis=1) == labels) - binary.max(axis=1)
        confidence = binary.max(axis=1)
        bins = np.clip(np.ceil(confidence * N_CALIBRATION_BINS).astype(np.int64) - 1, 0, N_CALIBRATION_BINS - 1)
        by_bin = np.zeros((len(labels), N_CALIBRATION_BINS))
        by_bin[np.arange(len(labels)), bins] = gap
        return estimate_of(float(value), np.abs(numbers.draws.means(found.rows, by_bin)).sum(axis=1))

    return numbers.remember(("ece", router), compute)


def histogram(numbers: Numbers, router: str, n_bins: int = N_BINS) -> Histogram:
    """Scores by class in bins of equal width from 0 to 1; raises as `judged`."""
    found = judged(numbers, router)
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    needed, sufficed = (
        np.histogram(found.p_strong[rows], edges)[0].astype(np.int64) for rows in (found.needed, ~found.needed)
    )
    kept = numbers.routers[router]
    return Histogram(edges, needed, sufficed, kept.threshold if len(kept.routes) == 2 else None)


def _roc(numbers: Numbers, router: str) -> Roc:
    found = judged(numbers, router)
    needed, order = found.needed, np.argsort(-found.p_strong, kind="stable")
    scores = found.p_strong[order]
    ends = np.flatnonzero(np.concatenate([np.diff(scores) != 0, [True]]))
    hits = np.concatenate([[0], np.cumsum(needed[order])[ends]])
    misses = np.concatenate([[0], np.cumsum(~needed[order])[ends]])
    recall, false_positive = hits / needed.sum(), misses / (~needed).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(hits + misses > 0, hits / (hits + misses), np.nan)
    average = float((np.diff(recall) * precision[1:]).sum())
    threshold = np.concatenate([[np.inf], scores[ends]])
    shown = np.unique(np.linspace(0, len(threshold) - 1, MOST_POINTS).round().astype(int))
    return Roc(
        threshold[shown],
        false_positive[shown],
        recall[shown],
        precision[shown],
        _auc(numbers, found.rows, needed, found.p_strong),
        average,
        float(needed.mean()),
        found.said,
        len(needed),
    )


def _auc(numbers: Numbers, rows: BoolArray, needed: BoolArray, scores: FloatArray) -> Estimate:
    value = weighted.auc(np.ones((1, len(needed))), needed, scores)[0]
    return estimate_of(float(value), auc_of_draws(numbers.draws.counts(rows), needed, scores))


def _confusion(labels: IntArray, picks: IntArray, names: tuple[str, ...], threshold: float | None) -> Confusion:
    k = len(names)
    table = np.bincount(labels * k + picks, minlength=k * k).reshape(k, k).astype(np.int64)
    right, rows, columns = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = np.where(rows > 0, right / rows, np.nan)
        precision = np.where(columns > 0, right / columns, np.nan)
        f1 = np.where(rows + columns > 0, 2 * right / (rows + columns), np.nan)
    return Confusion(
        names=names,
        table=table,
        threshold=threshold,
        accuracy=float(right.sum() / table.sum()),
        balanced_accuracy=float(np.nanmean(recall)),
        majority=float(rows.max() / table.sum()),
        precision=precision,
        recall=recall,
        f1=f1,
    )
