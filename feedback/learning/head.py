"""Learns a linear head on top of a router: how strong the pull towards the router that ships is, labels decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from feedback.learning.conditional_logit import Problem, fit, log_losses
from router_models.base import softmax
from router_models.learnt_head import log_p

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, np.inf)
"""Ridge penalties on the weights; with an endless one only scale and bias are learnt."""

DIRECTIONS, PER_DIRECTION = 64, 4
"""The weights lie in the leading directions of the labelled prompts' features: one per four labels, 64 at most."""

SCALE_PENALTY, BIAS_PENALTY, SHARPNESS_PENALTY = 1.0, 0.1, 1.0
LEAST_SCALE = 0.05
"""The router that ships is never believed less than this, let alone turned round."""

SHARPNESS = (0.2, 3.0)
_FIXED = 1e6
_LEAST_SPREAD = 1e-6


@dataclass(frozen=True, eq=False)
class HeadFit:
    """A head.

    Attributes:
        scale: How far the router that ships is believed.
        weight: Of the features, (d, k).
        bias: By route, (k,).
        strength: The penalty that cross-validation chose; endless where no weight was worth it.
        p: What it says of the labelled prompts, each said by a head that had not seen it, calibrated, (n, k).
    """

    scale: float
    weight: NDArray[np.float32]
    bias: FloatArray
    strength: float
    p: FloatArray


@dataclass(frozen=True, eq=False)
class _Features:
    """Features in their leading directions: `x` (n, r), and how to get from weights there to weights of features."""

    x: FloatArray
    back: FloatArray
    mean: FloatArray


def fit_head(p: FloatArray, features: NDArray[np.float32], chosen: IntArray, folds: IntArray) -> HeadFit:
    """Learns scale, bias and weights with the router that ships as prior.

    Args:
        p: What the router that ships says, (n, k).
        features: What the head reads, (n, d).
        chosen: Index of the labelled route, (n,).
        folds: Part of the cross-validation, (n,).

    Source:
        Ridge towards a prior: Hoerl and Kennard, 1970; the simplest model within one standard error of the best:
        Breiman et al., Classification and Regression Trees, 1984.
    """
    logs, reduced = log_p(p), _reduce(features)
    tried = {strength: _out_of_fold(logs, reduced.x, chosen, folds, strength) for strength in STRENGTHS}
    strength = simplest({name: log_losses(found, chosen) for name, found in tried.items()})
    sharper = sharpness_of(tried[strength], chosen)
    k = p.shape[1]
    theta = _fit(logs, reduced.x, chosen, strength) * sharper
    weight = np.zeros((features.shape[1], k))
    if np.isfinite(strength):
        weight = reduced.back @ theta[1 + k :].reshape(k, -1).T
    bias = theta[1 : 1 + k] - reduced.mean @ weight
    return HeadFit(float(theta[0]), weight.astype(np.float32), bias, strength, softmax(tried[strength] * sharper))


def simplest(losses: dict[float, FloatArray]) -> float:
    """The last candidate whose mean loss is within one standard error of the best one's.

    Args:
        losses: Out-of-fold loss of each labelled prompt, (n,), by candidate, the simplest candidate last.
    """
    means = {name: float(found.mean()) for name, found in losses.items()}
    best = kept = min(means, key=means.__getitem__)
    for name, found in losses.items():
        worse = found - losses[best]
        if worse.mean() <= worse.std() / np.sqrt(len(worse)):
            kept = name
    return kept


def sharpness_of(utilities: FloatArray, chosen: IntArray) -> float:
    """By what utilities (n, k) that were said out of fold must be multiplied to be calibrated.

    Source:
        Temperature scaling: Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, section 4.2.
    """
    problem = Problem(utilities[:, :, None], chosen, np.array([SHARPNESS_PENALTY]), np.ones(1))
    return float(np.clip(fit(problem)[0], *SHARPNESS))


def calibrated(logs: FloatArray, chosen: IntArray) -> tuple[float, FloatArray]:
    """Scale and bias by route that calibrate log-probabilities (n, k)."""
    theta = _fit(logs, np.empty((len(logs), 0)), chosen, np.inf)
    return float(theta[0]), theta[1:]


def _reduce(features: NDArray[np.float32]) -> _Features:
    x = features.astype(np.float64)
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), _LEAST_SPREAD)
    scaled = (x - mean) / (spread * np.sqrt(x.shape[1]))
    _, _, directions = np.linalg.svd(scaled, full_matrices=False)
    kept = directions[: min(DIRECTIONS, max(1, len(x) // PER_DIRECTION))].T
    return _Features(scaled @ kept, kept / (spread * np.sqrt(x.shape[1]))[:, None], mean)


def _design(logs: FloatArray, x: FloatArray, strength: float) -> FloatArray:
    """Of each prompt and route: the log-probability, which route it is, and the features in that route's place."""
    n, k = logs.shape
    routes = np.broadcast_to(np.eye(k), (n, k, k))
    parts = [logs[:, :, None], routes]
    if np.isfinite(strength):
        parts.append(np.einsum("kj,nr->nkjr", np.eye(k), x).reshape(n, k, -1))
    return np.concatenate(parts, axis=2)


def _fit(logs: FloatArray, x: FloatArray, chosen: IntArray, strength: float) -> FloatArray:
    design, k = _design(logs, x, strength), logs.shape[1]
    q = design.shape[2]
    penalty = np.concatenate([[SCALE_PENALTY], np.full(k, BIAS_PENALTY), np.full(q - 1 - k, strength)])
    centre = np.zeros(q)
    centre[0] = 1.0
    theta = fit(Problem(design, chosen, penalty, centre))
    if theta[0] >= LEAST_SCALE:
        return theta
    penalty[0], centre[0] = _FIXED, LEAST_SCALE
    return fit(Problem(design, chosen, penalty, centre))


def _out_of_fold(logs: FloatArray, x: FloatArray, chosen: IntArray, folds: IntArray, strength: float) -> FloatArray:
    """Utilities of each prompt by a head that was fitted to the other folds, (n, k)."""
    utilities = np.empty(logs.shape)
    for fold in np.unique(folds):
        left_out = folds == fold
        theta = _fit(logs[~left_out], x[~left_out], chosen[~left_out], strength)
        utilities[left_out] = _design(logs[left_out], x[left_out], strength) @ theta
    return utilities
