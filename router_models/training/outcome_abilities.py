"""Ability of every LLM and easiness of every prompt, in one Rasch model, so that sets of unlike difficulty compare."""

from __future__ import annotations

import numpy as np

from benchmarks.benchmark import FloatArray
from router_models.log_odds import sigmoid

STEPS = 20
EASINESS_VARIANCE = 4.0
ABILITY_VARIANCE = 9.0
LARGEST_STEP = 1.0


def fit_abilities(quality: FloatArray) -> FloatArray:
    """Log-odds of each LLM on a prompt of average easiness.

    Without it an LLM that was run on hard sets only would look worse than one that was run on easy ones.

    Args:
        quality: 0 to 1, NaN where not measured, (n, m).

    Returns:
        Abilities, (m,).

    Source:
        Rasch, 1960; both kinds of parameters by alternating Newton steps with normal priors.
    """
    measured = np.isfinite(quality).astype(np.float64)
    right = np.where(measured > 0, quality, 0.0)
    ability = np.zeros(quality.shape[1])
    easiness = np.zeros(quality.shape[0])
    for _ in range(STEPS):
        ability += _step(right, measured, ability, easiness, ability, axis=0, variance=ABILITY_VARIANCE)
        easiness += _step(right, measured, ability, easiness, easiness, axis=1, variance=EASINESS_VARIANCE)
    centre = np.average(easiness)
    shifted: FloatArray = ability + centre
    return shifted


def _step(
    right: FloatArray,
    measured: FloatArray,
    ability: FloatArray,
    easiness: FloatArray,
    own: FloatArray,
    *,
    axis: int,
    variance: float,
) -> FloatArray:
    """A bounded Newton step of the parameters `own`, which vary along the other axis."""
    expected = measured * sigmoid(ability[None, :] + easiness[:, None])
    slope = (right - expected).sum(axis=axis) - own / variance
    curvature = (expected * (1 - sigmoid(ability[None, :] + easiness[:, None]))).sum(axis=axis) + 1 / variance
    step: FloatArray = np.clip(slope / curvature, -LARGEST_STEP, LARGEST_STEP)
    return step
