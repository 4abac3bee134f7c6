"""From probabilities to log-odds and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logistic function, safe for large |x|."""
    tanh: NDArray[np.float64] = np.tanh(np.asarray(x, dtype=np.float64) / 2)
    return (1 + tanh) / 2


def logit(p: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log-odds of probabilities inside (0, 1)."""
    inside = np.asarray(p, dtype=np.float64)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds
