"""Learns how much labelled prompts count for a router that looks prompts up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from feedback.learning.conditional_logit import log_losses
from feedback.learning.head import calibrated, simplest
from router_models.base import softmax
from router_models.learnt_head import log_p
from router_models.learnt_references import cosines_with, mix

SHARPNESSES = (5.0, 10.0, 20.0, 40.0)
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
MOST_REFERENCES = 4_000
"""The latest labels count; each costs a product with every prompt."""

ENDLESS = 1e9
"""Labelled prompts count for nothing beside this."""


@dataclass(frozen=True, eq=False)
class ReferencesFit:
    """How labelled prompts count.

    Attributes:
        sharpness: How fast their weight falls with distance.
        strength: How many of them the router that ships counts for.
        scale: Of the calibration.
        bias: Of the calibration, (k,).
        p: What it says of each labelled prompt without those of its own fold, calibrated, (n, k).
    """

    sharpness: float
    strength: float
    scale: float
    bias: FloatArray
    p: FloatArray


def fit_references(p: FloatArray, units: NDArray[np.float32], chosen: IntArray, folds: IntArray) -> ReferencesFit:
    """Chooses sharpness and strength by cross-validation, then calibrates on what was said out of fold.

    Args:
        p: What the router that ships says, (n, k).
        units: Embeddings of the labelled prompts, (n, 384).
        chosen: Index of the labelled route, (n,).
        folds: Part of the cross-validation, (n,).
    """
    cosines = cosines_with(units, units)
    cosines[folds[:, None] == folds[None, :]] = -np.inf
    candidates = sorted(product(STRENGTHS, SHARPNESSES))
    candidates.append((ENDLESS, SHARPNESSES[0]))
    tried: dict[float, FloatArray] = {}
    for number, (strength, sharpness) in enumerate(candidates):
        logs = log_p(mix(p, cosines, chosen, sharpness, strength))
        scale, bias = calibrated(logs, chosen)
        tried[float(number)] = scale * logs + bias
    best = int(simplest({number: log_losses(found, chosen) for number, found in tried.items()}))
    strength, sharpness = candidates[best]
    scale, bias = calibrated(log_p(mix(p, cosines, chosen, sharpness, strength)), chosen)
    return ReferencesFit(sharpness, strength, scale, bias, softmax(tried[float(best)]))
