"""Trains the category head: a logistic regression that tells coding from factual prompts.

It shows how far the labels of that set can be predicted when a head may learn from them, style of the sources
included; the semantic router itself compares with descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.benchmark import FloatArray, IntArray

STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


@dataclass(frozen=True, eq=False)
class Head:
    """P(coding) = sigmoid(states · weights + bias)."""

    weights: FloatArray
    bias: float

    def __call__(self, states: FloatArray) -> FloatArray:
        """P(coding), (n,), of states (n, 384)."""
        p: FloatArray = 1 / (1 + np.exp(-(states @ self.weights + self.bias)))
        return p

    def save(self, path: Path) -> None:
        """Writes what `router_models.category_head.CategoryHead` reads."""
        np.savez_compressed(path, weights=self.weights.astype(np.float32), bias=np.float32(self.bias))


def fit_head(states: FloatArray, is_coding: IntArray, strength: float) -> Head:
    """A logistic regression on standardised states, the scaling folded into its weights.

    Args:
        states: Shape (n, 384).
        is_coding: 0 or 1, shape (n,).
        strength: Inverse of the L2 penalty.
    """
    model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=3_000)).fit(states, is_coding)
    scaler, regression = model[0], model[1]
    weights: FloatArray = regression.coef_[0] / scaler.scale_
    return Head(weights, float(regression.intercept_[0] - scaler.mean_ @ weights))


def head_out_of_fold(states: FloatArray, is_coding: IntArray, folds: IntArray, strength: float) -> FloatArray:
    """P(coding) of each row from a head that has not seen its fold, shape (n,)."""
    p = np.empty(len(is_coding))
    for fold in np.unique(folds):
        left_out = folds == fold
        p[left_out] = fit_head(states[~left_out], is_coding[~left_out], strength)(states[left_out])
    return p


def loss_of(p_coding: FloatArray, is_coding: IntArray) -> float:
    """Mean negative log-likelihood."""
    return float(-np.log(np.clip(np.where(is_coding == 1, p_coding, 1 - p_coding), 1e-12, 1)).mean())
