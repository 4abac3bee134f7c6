"""P(correct) of every LLM from the outcomes of similar prompts, sensible also where an LLM was run on few of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from router_models.log_odds import sigmoid

NEWTON_STEPS = 4
PRIOR_VARIANCE = 4.0
"""Of the easiness of a neighbourhood, in squared log-odds."""


def local_rates(
    sums: NDArray[np.floating], counts: NDArray[np.floating], abilities: NDArray[np.floating], strength: float
) -> NDArray[np.float64]:
    """Mean outcomes near a prompt, shrunk towards what each LLM's ability and the neighbourhood's easiness suggest.

    The easiness δ is the one at which the Rasch model σ(ability + δ) expects as many right answers as there were. It
    says how an LLM would do that was never run near the prompt, and steadies the rates of those that were.

    Args:
        sums: Weighted sum of an LLM's outcomes near each prompt, (n, m).
        counts: Sum of those weights, (n, m); 0 where it was not run.
        abilities: Log-odds of each LLM on a prompt of average easiness, (m,).
        strength: How many outcomes the suggestion is worth.

    Returns:
        P(correct), (n, m).

    Source:
        Rasch, Probabilistic Models for Some Intelligence and Attainment Tests, 1960; easiness by Newton's method with
        a normal prior.
    """
    easiness = np.zeros((len(sums), 1))
    for _ in range(NEWTON_STEPS):
        expected = sigmoid(abilities + easiness)
        slope = (sums - counts * expected).sum(axis=1, keepdims=True) - easiness / PRIOR_VARIANCE
        curvature = (counts * expected * (1 - expected)).sum(axis=1, keepdims=True) + 1 / PRIOR_VARIANCE
        easiness += np.clip(slope / curvature, -2.0, 2.0)
    suggested = sigmoid(abilities + easiness)
    rates: NDArray[np.float64] = (sums + strength * suggested) / (counts + strength)
    return rates
