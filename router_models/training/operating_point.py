"""The default calibration and threshold of a two-route router, chosen on predictions for rows it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.metrics import auc, ece
from router_models.training.calibration import Calibration, fit_calibration


@dataclass(frozen=True)
class OperatingPoint:
    """What is chosen out of fold.

    Attributes:
        calibration: Makes the logits' probabilities honest.
        threshold: Lowest calibrated P(strong) that goes to the strong LLM.
        auc: Mean area under the ROC curve over the folds.
        ece: Expected calibration error over all rows, calibrated on the other folds.
    """

    calibration: Calibration
    threshold: float
    auc: float
    ece: float


def cheapest_threshold(labels: IntArray, scores: FloatArray) -> float:
    """The highest threshold whose balanced accuracy is within one standard error of the best.

    Accuracy would not do where few prompts need the strong LLM: its best threshold sends nearly all to the weak one.
    Of thresholds that the rows cannot tell apart, the highest makes the fewest strong calls.

    Args:
        labels: 1 where the strong LLM is needed, shape (n,); both labels occur.
        scores: The higher, the rather to the strong LLM, shape (n,).

    Returns:
        A number between two scores, so that the choice does not hang on the last digit of one of them.

    Source:
        The one-standard-error rule of Breiman et al., Classification and Regression Trees, 1984, section 3.4.3.
    """
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    n_strong, n_weak = int(labels.sum()), int((1 - labels).sum())
    found = np.cumsum(labels[order]) / n_strong
    wasted = np.cumsum(1 - labels[order]) / n_weak
    # A threshold cannot part equal scores, and one below the lowest score would part nothing.
    possible = np.flatnonzero(np.append(falling[1:] < falling[:-1], False))
    if possible.size == 0:
        return float(falling[0])
    balanced = (found + 1.0 - wasted)[possible] / 2.0
    best = int(balanced.argmax())
    hit, waste = found[possible[best]], wasted[possible[best]]
    error = np.sqrt(hit * (1 - hit) / n_strong + waste * (1 - waste) / n_weak) / 2.0
    chosen = possible[np.flatnonzero(balanced >= balanced[best] - error)[0]]
    return float((falling[chosen] + falling[chosen + 1]) / 2)


def choose_operating_point(logits: FloatArray, labels: IntArray, folds: IntArray) -> OperatingPoint:
    """Calibration, then threshold, from out-of-fold logits.

    Args:
        logits: Of each row from a network that has not seen it, shape (n, 2).
        labels: 1 where the strong LLM is needed, shape (n,).
        folds: The fold of each row, shape (n,).
    """
    calibration = fit_calibration(logits, np.eye(2)[labels])
    p_strong = calibration.probabilities(logits)[:, 1]
    honest = np.empty_like(logits)
    for fold in np.unique(folds):
        others = fit_calibration(logits[folds != fold], np.eye(2)[labels[folds != fold]])
        honest[folds == fold] = others.probabilities(logits[folds == fold])
    by_fold = [auc(labels[folds == fold], p_strong[folds == fold]) for fold in np.unique(folds)]
    return OperatingPoint(
        calibration, cheapest_threshold(labels, p_strong), float(np.mean(by_fold)), ece(labels, honest)
    )
