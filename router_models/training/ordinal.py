"""Proportional-odds regression on rows whose stars are known only to lie between two bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks.benchmark import FloatArray, IntArray

N_STARS = 5
LEAST_P = 1e-12


@dataclass(frozen=True, eq=False)
class OrdinalHead:
    """P(stars > k) = σ(features · weights − cut k).

    Attributes:
        weights: On the raw features, (width,).
        cuts: Rising cut points, (4,).
    """

    weights: FloatArray
    cuts: FloatArray

    def scores(self, features: FloatArray) -> FloatArray:
        """Expected quality on the head's own scale, (n,), of features (n, width)."""
        scores: FloatArray = features @ self.weights
        return scores


def fit_ordinal(features: FloatArray, low: IntArray, high: IntArray, ridge: float) -> OrdinalHead:
    """The head of greatest penalised likelihood of `low ≤ stars ≤ high`.

    Args:
        features: Shape (n, width); standardised inside, the result is for raw ones.
        low: Fewest stars, (n,).
        high: Most stars, (n,).
        ridge: Weight of the squared norm of the standardised weights, per row.

    Source:
        McCullagh, Regression Models for Ordinal Data, 1980, section 2; the interval likelihood is that of grouped
        data, Heitjan, Inference from Grouped Continuous Data, 1989.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = (features - mean) / scale
    width = x.shape[1]

    def split(parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        steps = np.append(parameters[width], np.exp(parameters[width + 1 :]))
        return parameters[:width], np.cumsum(steps)

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        weights, cuts = split(parameters)
        scores = x @ weights
        bounds = np.concatenate([[-np.inf], cuts, [np.inf]])
        above, beyond = expit(scores - bounds[low - 1]), expit(scores - bounds[high])
        p = np.maximum(above - beyond, LEAST_P)
        d_above, d_beyond = above * (1 - above) / p, beyond * (1 - beyond) / p
        d_scores = -(d_above - d_beyond) / len(x)
        d_cuts = np.bincount(low - 1, d_above, N_STARS + 1) - np.bincount(high, d_beyond, N_STARS + 1)
        later = np.cumsum(d_cuts[1:N_STARS][::-1])[::-1] / len(x)
        d_steps = later * np.append(1.0, np.exp(parameters[width + 1 :]))
        value = -np.log(p).mean() + ridge * float(weights @ weights)
        return float(value), np.concatenate([x.T @ d_scores + 2 * ridge * weights, d_steps])

    start = np.concatenate([np.zeros(width), [-2.0], np.zeros(N_STARS - 2)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    weights, cuts = split(found)
    raw = weights / scale
    return OrdinalHead(raw, cuts + float(mean @ raw))
