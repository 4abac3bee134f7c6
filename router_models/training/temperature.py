"""What a temperature does to logits, and how well the resulting probabilities fit the labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

FloatArray = NDArray[np.float64]


def negative_log_likelihood(logits: FloatArray, labels: NDArray[np.integer], temperature: float = 1.0) -> float:
    """Mean of −log P(labelled route).

    Args:
        logits: Shape (n, k).
        labels: Route index, shape (n,).
        temperature: Divides the logits.
    """
    log_p = log_softmax(np.asarray(logits, dtype=np.float64) / temperature, axis=1)
    return float(-log_p[np.arange(len(labels)), labels].mean())


def apply_temperature(logits: FloatArray, temperature: float) -> FloatArray:
    """Probabilities, shape (n, k), of logits of the same shape."""
    probabilities: FloatArray = softmax(np.asarray(logits, dtype=np.float64) / temperature, axis=1)
    return probabilities
