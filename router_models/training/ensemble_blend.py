"""How sharply an ensemble's gate parts the kinds: fitted to the mixture, on rows that gate and experts have not seen.

A gate that hesitates lets other kinds' experts vote, and then the mixture is off even where every expert is right about
its own kind. The experts are left as they are: how far votes may move the log-odds is what their regularisation has
decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax

from benchmarks.benchmark import FloatArray, IntArray

MOST_SHARPNESS = 20.0
"""Beyond it a gate only says yes or no. The least is 1: a gate is made sharper where rows ask for it, never softer,
because a soft one lets members vote on kinds of which they know nothing (docs/training/composites.md)."""

SURE = 1e-9
"""Probabilities count as at least this far from 0 and 1: a loss has an end."""


@dataclass(frozen=True, eq=False)
class Unseen:
    """What gate and experts of k kinds say of n rows that they have not seen, kind after kind.

    Attributes:
        kinds: The gate's logits, (n, k).
        odds: Every expert's log-odds, (n, k).
        needed: How often strong was needed, (n,), 0 to 1.
        weights: Of each row, (n,); every kind weighs the same.
        folds: Fold of each row, (n,).
        sizes: Number of rows of each kind.
    """

    kinds: FloatArray
    odds: FloatArray
    needed: FloatArray
    weights: FloatArray
    folds: IntArray
    sizes: Sequence[int]


@dataclass(frozen=True, eq=False)
class Blend:
    """P(strong) = Σ softmax(sharpness · kinds) · σ(odds).

    Attributes:
        sharpness: Multiplies the gate's logits, 1 to `MOST_SHARPNESS`.
    """

    sharpness: float

    def p_strong(self, kinds: FloatArray, odds: FloatArray) -> FloatArray:
        """P(strong), (n,), of the gate's logits and the experts' log-odds, both (n, k)."""
        mixed: FloatArray = (softmax(self.sharpness * kinds, axis=1) * expit(odds)).sum(axis=1)
        return mixed


def fit_blend(kinds: FloatArray, odds: FloatArray, needed: FloatArray, weights: FloatArray) -> Blend:
    """The blend of least log-loss.

    Args:
        kinds: The gate's logits, (n, k).
        odds: The experts' log-odds, (n, k).
        needed: (n,), 0 to 1.
        weights: Of each row, (n,).
    """

    def loss(log_sharpness: float) -> float:
        p = Blend(float(np.exp(log_sharpness))).p_strong(kinds, odds).clip(SURE, 1 - SURE)
        return float(-np.average(needed * np.log(p) + (1 - needed) * np.log(1 - p), weights=weights))

    found = minimize_scalar(loss, bounds=(0.0, np.log(MOST_SHARPNESS)), method="bounded").x
    # The search ends a hair inside its bounds; a gate that needs no sharpening is left exactly as it is.
    return Blend(1.0 if loss(0.0) <= loss(found) else float(np.exp(found)))


def blend_of(unseen: Unseen) -> Blend:
    """The blend that is served: fitted on all rows."""
    return fit_blend(unseen.kinds, unseen.odds, unseen.needed, unseen.weights)


def blended_out_of_fold(unseen: Unseen) -> list[FloatArray]:
    """P(strong) of each kind's rows from a blend that was not fitted on their fold."""
    p_strong = np.empty(len(unseen.needed))
    for fold in np.unique(unseen.folds):
        others, own = unseen.folds != fold, unseen.folds == fold
        blend = fit_blend(*(of[others] for of in (unseen.kinds, unseen.odds, unseen.needed, unseen.weights)))
        p_strong[own] = blend.p_strong(unseen.kinds[own], unseen.odds[own])
    return np.split(p_strong, np.cumsum(unseen.sizes)[:-1])
