"""Routing quality (PGR, APGR, CPT), calibration (ECE, Brier) and classification figures.

scikit-learn is imported only where it is needed, so that whatever merely draws curves starts without it.
"""

from __future__ import annotations

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.curves import Curve, decile_curve

N_BINS = 15


def pgr(quality: float, weak: float, strong: float) -> float:
    """Performance gap recovered: 0 where a router does as the weak LLM, 1 as the strong one; it may exceed 1.

    Args:
        quality: Mean quality of the routed answers.
        weak: Mean quality of the weak LLM.
        strong: Mean quality of the strong LLM.

    Returns:
        The share of the gap; NaN where there is no gap.

    Source:
        RouteLLM, arXiv 2406.18665 v4, section 3.
    """
    return (quality - weak) / (strong - weak) if strong != weak else float("nan")


def area_pgr(curve: Curve) -> float:
    """Average performance gap recovered over the share of strong calls from 0 to 1.

    Args:
        curve: From all prompts to the weak LLM to all prompts to the strong LLM.

    Returns:
        (AUC − AUC of weak) / (AUC of strong − AUC of weak), by trapezoids; 0.5 for a random router.
    """
    area = float(np.trapezoid(curve.quality, curve.strong_share))
    return pgr(area, curve.weak, curve.strong)


def apgr(scores: FloatArray, weak: FloatArray, strong: FloatArray) -> float:
    """APGR as RouteLLM's code computes it, from the 11 edges of 10 quantile bins of the scores.

    Args:
        scores: The higher, the rather to the strong LLM (`p_strong`), shape (n,).
        weak: Quality of the weak LLM, shape (n,).
        strong: Quality of the strong LLM, shape (n,).

    Source:
        RouteLLM, arXiv 2406.18665 v4, section 3, and routellm/evals/evaluate.py.
    """
    return area_pgr(decile_curve(scores, weak, strong))


def cpt(curve: Curve, target: float) -> float:
    """Call-performance threshold: the least share of strong calls at which the curve reaches a PGR.

    The first crossing counts. RouteLLM's code interpolates share by quality, which is wrong where the curve
    dips.

    Args:
        curve: From all prompts to the weak LLM to all prompts to the strong LLM.
        target: The wanted PGR, such as 0.5.

    Returns:
        A share of strong calls from 0 to 1, linear between points; NaN where the curve never gets there.

    Source:
        RouteLLM, arXiv 2406.18665 v4, section 3.
    """
    recovered = [pgr(float(quality), curve.weak, curve.strong) for quality in curve.quality]
    reached = np.flatnonzero(np.asarray(recovered) >= target)
    if reached.size == 0:
        return float("nan")
    last = int(reached[0])
    if last == 0:
        return float(curve.strong_share[0])
    part = (target - recovered[last - 1]) / (recovered[last] - recovered[last - 1])
    before, after = curve.strong_share[last - 1 : last + 1]
    return float(before + part * (after - before))


def accuracy(labels: IntArray, picks: IntArray) -> float:
    """Share of prompts that got the labelled route; both arrays have shape (n,)."""
    return float(np.mean(labels == picks))


def balanced_accuracy(labels: IntArray, picks: IntArray) -> float:
    """Mean recall over the labelled routes; a constant pick gets 1 / number of routes."""
    counts = _confusion(labels, picks)
    labelled = counts.sum(axis=1) > 0
    return float(np.mean(counts.diagonal()[labelled] / counts.sum(axis=1)[labelled]))


def macro_f1(labels: IntArray, picks: IntArray) -> float:
    """Mean F1 over the routes that are labelled or picked; one that is never picked rightly counts as 0."""
    counts = _confusion(labels, picks)
    either = counts.sum(axis=0) + counts.sum(axis=1)
    return float(np.mean(2 * counts.diagonal()[either > 0] / either[either > 0]))


def _confusion(labels: IntArray, picks: IntArray) -> IntArray:
    """Prompts per labelled (row) and picked (column) route; a bincount, since a bootstrap asks a thousand times."""
    n_routes = int(max(labels.max(), picks.max())) + 1
    counts = np.bincount(labels * n_routes + picks, minlength=n_routes**2)
    return counts.reshape(n_routes, n_routes).astype(np.int64)


def auc(labels: IntArray, probabilities: FloatArray) -> float:
    """Area under the ROC curve; for three routes and more the mean of one against the rest.

    Args:
        labels: Route index, shape (n,).
        probabilities: P(strong), shape (n,), or a distribution over k ≥ 3 routes, shape (n, k).

    Returns:
        The area; NaN where some route has no labelled prompt.
    """
    from sklearn.metrics import roc_auc_score

    n_routes = 2 if probabilities.ndim == 1 else probabilities.shape[1]
    if np.unique(labels).size < n_routes:
        return float("nan")
    return float(roc_auc_score(labels, probabilities, multi_class="ovr"))


def ece(labels: IntArray, probabilities: FloatArray, n_bins: int = N_BINS) -> float:
    """Expected calibration error of the confidence, that is of the probability of the likeliest route.

    Args:
        labels: Route index, shape (n,).
        probabilities: Distribution over k routes, shape (n, k).
        n_bins: Number of bins of equal width from 0 to 1.

    Returns:
        Mean |accuracy − confidence| over the bins, weighted by their prompts.

    Source:
        Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, section 2.
    """
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    bins = np.clip(np.ceil(confidence * n_bins).astype(np.int64) - 1, 0, n_bins - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(labels))


def brier(labels: IntArray, probabilities: FloatArray) -> float:
    """Mean squared distance between the distribution, shape (n, k), and the labelled route: 0 best, 2 worst.

    Source:
        Brier, Verification of forecasts expressed in terms of probability, 1950.
    """
    labelled = np.eye(probabilities.shape[1])[labels]
    return float(np.square(probabilities - labelled).sum(axis=1).mean())
