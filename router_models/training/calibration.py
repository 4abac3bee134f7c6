"""Temperature and class shifts that make a head's probabilities honest, fitted on out-of-fold logits.

Training weighs rare classes up and, for outcomes, learns from ties as well, so raw probabilities do not match how
often each label occurs. One shift per class mends that; temperature alone could not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from benchmarks.benchmark import FloatArray


@dataclass(frozen=True, eq=False)
class Calibration:
    """softmax((logits + shift) / temperature).

    Attributes:
        temperature: Divides the shifted logits.
        shift: Is added to the logits, (n_routes,); the export folds it into the head's last bias.
    """

    temperature: float
    shift: FloatArray

    def probabilities(self, logits: FloatArray) -> FloatArray:
        """Calibrated probabilities of raw logits, both (n, n_routes)."""
        calibrated: FloatArray = softmax((logits + self.shift) / self.temperature, axis=1)
        return calibrated


def fit_calibration(logits: FloatArray, targets: FloatArray) -> Calibration:
    """The temperature and shifts of least negative log-likelihood.

    Args:
        logits: Of prompts the network has not been trained on, (n, n_routes).
        targets: Distribution over routes that each prompt should have got, (n, n_routes).

    Source:
        Alexandari et al., Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label Shift
        Adaptation, arXiv 1901.06852, section 3 (BCTS).
    """

    def loss(parameters: FloatArray) -> float:
        scaled = logits * np.exp(parameters[0]) + np.append(0.0, parameters[1:])
        return float(-(targets * log_softmax(scaled, axis=1)).sum(axis=1).mean())

    found = minimize(loss, np.zeros(logits.shape[1]), method="L-BFGS-B").x
    temperature = float(np.exp(-found[0]))
    return Calibration(temperature, np.append(0.0, found[1:]) * temperature)
