"""Metrics of many resamples at once: `benchmarks.metrics` for rows that count zero, one or several times.

Every function takes counts, shape (r, n), see `benchmarks.resample`, and returns a value per resample, shape (r,), NaN
where it is not defined. numpy only, so that a page can call it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.curves import N_QUANTILES
from benchmarks.metrics import N_BINS


def mean(counts: FloatArray, values: FloatArray) -> FloatArray:
    """Mean of values, shape (n,)."""
    return np.asarray(counts @ values / counts.sum(axis=1))


def accuracy(counts: FloatArray, labels: IntArray, picks: IntArray) -> FloatArray:
    """Share of prompts that got the labelled route; both arrays have shape (n,)."""
    return mean(counts, (labels == picks).astype(np.float64))


def balanced_accuracy(counts: FloatArray, labels: IntArray, picks: IntArray) -> FloatArray:
    """Mean recall over the routes that are labelled in the resample."""
    table = _confusion(counts, labels, picks)
    labelled = table.sum(axis=2)
    return _mean_where(labelled > 0, table.diagonal(axis1=1, axis2=2), labelled)


def macro_f1(counts: FloatArray, labels: IntArray, picks: IntArray) -> FloatArray:
    """Mean F1 over the routes that are labelled or picked in the resample."""
    table = _confusion(counts, labels, picks)
    either = table.sum(axis=1) + table.sum(axis=2)
    return _mean_where(either > 0, 2 * table.diagonal(axis1=1, axis2=2), either)


def auc(counts: FloatArray, positive: BoolArray, scores: FloatArray) -> FloatArray:
    """Area under the ROC curve of scores, shape (n,); ties count half.

    Source:
        Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982: the share of well-ordered pairs.
    """
    order, starts = _ascending(scores)
    drawn = counts[:, order]
    hits = np.add.reduceat(drawn * positive[order], starts, axis=1)
    misses = np.add.reduceat(drawn * ~positive[order], starts, axis=1)
    below = np.cumsum(misses, axis=1) - misses / 2
    pairs = hits.sum(axis=1) * misses.sum(axis=1)
    area: FloatArray = np.divide((hits * below).sum(axis=1), pairs, out=np.full(len(counts), np.nan), where=pairs > 0)
    return area


def auc_one_against_rest(counts: FloatArray, labels: IntArray, probabilities: FloatArray) -> FloatArray:
    """Mean over k routes of the AUC of each against the others; probabilities have shape (n, k)."""
    areas = [auc(counts, labels == route, column) for route, column in enumerate(probabilities.T)]
    return np.asarray(np.mean(areas, axis=0))


def ece(counts: FloatArray, labels: IntArray, probabilities: FloatArray, n_bins: int = N_BINS) -> FloatArray:
    """Expected calibration error of the likeliest route's probability; probabilities have shape (n, k)."""
    confidence = probabilities.max(axis=1)
    gap = (probabilities.argmax(axis=1) == labels) - confidence
    bins = np.clip(np.ceil(confidence * n_bins).astype(np.int64) - 1, 0, n_bins - 1)
    by_bin = np.zeros((len(labels), n_bins))
    by_bin[np.arange(len(labels)), bins] = gap
    return np.asarray(np.abs(counts @ by_bin).sum(axis=1) / counts.sum(axis=1))


def brier(counts: FloatArray, labels: IntArray, probabilities: FloatArray) -> FloatArray:
    """Mean squared distance between the distribution, shape (n, k), and the labelled route."""
    labelled = np.eye(probabilities.shape[1])[labels]
    return mean(counts, np.square(probabilities - labelled).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Deciles:
    """Operating points of each resample at the 11 edges of 10 quantile bins of its scores.

    Attributes:
        share: Share of strong calls, rising from 0 to 1, shape (r, 11).
        recovered: Performance gap recovered (PGR) at each, shape (r, 11).
    """

    share: FloatArray
    recovered: FloatArray

    @property
    def apgr(self) -> FloatArray:
        """Average performance gap recovered, shape (r,)."""
        widths = np.diff(self.share, axis=1)
        return np.asarray((widths * (self.recovered[:, 1:] + self.recovered[:, :-1]) / 2).sum(axis=1))

    def cpt(self, target: float) -> FloatArray:
        """The least share of strong calls at which a PGR is reached, by first crossing, shape (r,)."""
        reached = self.recovered >= target
        at = np.maximum(reached.argmax(axis=1), 1)
        rows = np.arange(len(at))
        low, high = self.recovered[rows, at - 1], self.recovered[rows, at]
        part = np.clip((target - low) / np.where(high > low, high - low, np.nan), 0.0, 1.0)
        before, after = self.share[rows, at - 1], self.share[rows, at]
        return np.where(reached.any(axis=1), before + part * (after - before), np.nan)


def deciles(counts: FloatArray, scores: FloatArray, weak: FloatArray, strong: FloatArray) -> Deciles:
    """What `benchmarks.curves.decile_curve` is for rows, for every resample.

    Args:
        counts: Shape (r, n).
        scores: The higher, the rather to the strong LLM, shape (n,).
        weak: Quality of the weak LLM, shape (n,).
        strong: Quality of the strong LLM, shape (n,).
    """
    order, starts = _ascending(scores)
    drawn = counts[:, order]
    up_to = np.cumsum(np.add.reduceat(drawn, starts, axis=1), axis=1)
    gained = np.cumsum(np.add.reduceat(drawn * (strong - weak)[order], starts, axis=1), axis=1)
    total, gap = up_to[:, -1:], gained[:, -1:]
    position = np.linspace(0.0, 1.0, N_QUANTILES + 1)[:-1] * (total - 1)
    first = np.floor(position)
    lower, upper = _group_of(up_to, first), _group_of(up_to, first + 1)
    low, high, part = scores[order][starts][lower], scores[order][starts][upper], position - first
    edge = np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part))  # as np.quantile rounds
    below = np.where(edge <= low, lower - 1, lower)
    rows = np.arange(len(counts))[:, None]
    n_below = np.where(below >= 0, up_to[rows, below], 0.0)
    gained_below = np.where(below >= 0, gained[rows, below], 0.0)
    share = np.concatenate([1.0 - n_below / total, np.zeros_like(total)], axis=1)[:, ::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        recovered = np.where(gap != 0, (gap - gained_below) / gap, np.nan)
    return Deciles(share, np.concatenate([recovered, np.where(gap != 0, 0.0, np.nan)], axis=1)[:, ::-1])


def _group_of(up_to: FloatArray, position: FloatArray) -> IntArray:
    """Per resample, the group of equal scores that holds the order statistics of given numbers."""
    found = [np.searchsorted(row, numbers, side="right") for row, numbers in zip(up_to, position, strict=True)]
    groups: IntArray = np.minimum(np.array(found), up_to.shape[1] - 1)
    return groups


def _ascending(scores: FloatArray) -> tuple[IntArray, IntArray]:
    """Rows by rising score, and where each group of equal scores starts among them."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(scores[order]) > 0]))
    return order, starts


def _confusion(counts: FloatArray, labels: IntArray, picks: IntArray) -> FloatArray:
    """Prompts per labelled and picked route, shape (r, k, k)."""
    n_routes = int(max(labels.max(), picks.max())) + 1
    cells = np.zeros((len(labels), n_routes**2))
    cells[np.arange(len(labels)), labels * n_routes + picks] = 1.0
    return np.asarray(counts @ cells).reshape(len(counts), n_routes, n_routes)


def _mean_where(counted: BoolArray, parts: FloatArray, wholes: FloatArray) -> FloatArray:
    shares = np.divide(parts, wholes, out=np.zeros(parts.shape), where=counted)
    return np.asarray(shares.sum(axis=1) / counted.sum(axis=1))
