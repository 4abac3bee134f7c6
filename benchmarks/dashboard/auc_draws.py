"""AUC of a thousand resamples in single precision: `benchmarks.weighted.auc`, fast enough for a page."""

from __future__ import annotations

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray
from benchmarks.dashboard.draws import Counts

BLOCK = 50
"""Resamples at a time: their sums stay in the processor's cache."""


def auc_of_draws(counts: Counts, positive: BoolArray, scores: FloatArray) -> FloatArray:
    """Area under the ROC curve of each resample; ties count half.

    Args:
        counts: How often each of m rows is in each of r resamples, shape (r, m).
        positive: True where a row is of the positive class, shape (m,).
        scores: The higher, the rather positive, shape (m,).

    Returns:
        Shape (r,); NaN where a resample lacks a class.

    Source:
        Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982: the share of well-ordered pairs.
    """
    hits, negatives = np.flatnonzero(positive), np.flatnonzero(~positive)
    negatives = negatives[np.argsort(scores[negatives], kind="stable")]
    less = np.searchsorted(scores[negatives], scores[hits], side="left")
    not_more = np.searchsorted(scores[negatives], scores[hits], side="right")
    tied = bool((less != not_more).any())
    area = np.full(len(counts), np.nan)
    for start in range(0, len(counts), BLOCK):
        block = counts[start : start + BLOCK]
        up_to = np.zeros((len(block), len(negatives) + 1), dtype=np.float32)
        np.cumsum(block[:, negatives], axis=1, out=up_to[:, 1:])
        drawn = block[:, hits]
        below = (up_to[:, less] + up_to[:, not_more]) / np.float32(2) if tied else up_to[:, less]
        pairs = drawn.sum(axis=1, dtype=np.float64) * up_to[:, -1]
        ordered = np.einsum("rh,rh->r", drawn, below, dtype=np.float64)
        area[start : start + BLOCK] = np.divide(ordered, pairs, out=np.full(len(block), np.nan), where=pairs > 0)
    return area
