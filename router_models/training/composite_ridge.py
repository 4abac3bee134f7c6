"""Weighted ridge regression, whole and out of fold, and Platt scaling: what composites learn with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.benchmark import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Affine:
    """features · weights + bias.

    Attributes:
        weights: (width,).
        bias: Of the whole.
    """

    weights: FloatArray
    bias: float

    def __call__(self, features: FloatArray) -> FloatArray:
        """Predictions, (n,), of features (n, width)."""
        predicted: FloatArray = features @ self.weights + self.bias
        return predicted


def fit_ridge(
    features: FloatArray,
    targets: FloatArray,
    row_weights: FloatArray,
    ridge: float,
    penalties: FloatArray | None = None,
) -> Affine:
    """Ridge regression on standardised features.

    Args:
        features: (n, width).
        targets: (n,).
        row_weights: Weight of each row, (n,).
        ridge: Penalty on the squared weights of standardised features; the intercept is free.
        penalties: Factor on the penalty of each feature, (width,); 1 if left out.
    """
    mean = np.average(features, axis=0, weights=row_weights)
    scale = features.std(axis=0) + 1e-9
    centred = (features - mean) / scale
    base = float(np.average(targets, weights=row_weights))
    weighted = centred * row_weights[:, None]
    factors = np.ones(features.shape[1]) if penalties is None else penalties
    gram = weighted.T @ centred + ridge * np.diag(factors)
    weights = np.linalg.solve(gram, weighted.T @ (targets - base)) / scale
    return Affine(weights, base - float(mean @ weights))


def ridge_out_of_fold(
    features: FloatArray,
    targets: FloatArray,
    row_weights: FloatArray,
    ridge: float,
    folds: IntArray,
    penalties: FloatArray | None = None,
) -> FloatArray:
    """Predictions of each row from a regression that has not seen its fold, (n,); rows of weight 0 are predicted too.

    Args:
        features: (n, width).
        targets: (n,); not read where the weight is 0.
        row_weights: Weight of each row, (n,).
        ridge: As for `fit_ridge`.
        folds: Fold of each row, (n,).
        penalties: As for `fit_ridge`.
    """
    predicted = np.empty(len(features))
    for fold in np.unique(folds):
        rows = np.flatnonzero((folds != fold) & (row_weights > 0))
        model = fit_ridge(features[rows], targets[rows], row_weights[rows], ridge, penalties)
        predicted[folds == fold] = model(features[folds == fold])
    return predicted


def platt(scores: FloatArray, needed: FloatArray, row_weights: FloatArray | None = None) -> tuple[float, float]:
    """Slope and intercept that turn scores into log-odds of "strong needed".

    Args:
        scores: The higher, the rather strong, (n,).
        needed: How often strong was needed, (n,), 0 to 1.
        row_weights: Weight of each row, (n,); all 1 if left out.

    Source:
        Platt, Probabilistic outputs for support vector machines, 1999.
    """
    of_rows = np.ones(len(scores)) if row_weights is None else row_weights * (len(scores) / row_weights.sum())
    labels = np.repeat([1, 0], len(scores))
    weights = np.concatenate([needed * of_rows, (1 - needed) * of_rows])
    scale = scores.std() + 1e-9
    doubled = np.concatenate([scores, scores])[:, None] / scale
    fitted = LogisticRegression(C=np.inf).fit(doubled, labels, sample_weight=weights)
    return float(fitted.coef_[0, 0] / scale), float(fitted.intercept_[0])
