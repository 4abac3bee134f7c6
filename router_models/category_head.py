"""A trained head that tells coding from factual prompts: one product with the frozen encoder's third layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch

HEAD_FILE = "coding_factual_head.npz"
STATE = slice(384, 768)
"""The mean state after layer 3 among the encoder's lower means; deeper layers know less of a prompt's wording."""


class CategoryHead:
    """Logistic regression on the mean state after layer 3.

    Args:
        path: An npz with `weights` (384,) and `bias` ().

    Raises:
        UnavailableError: The file is missing or broken.
    """

    def __init__(self, path: Path) -> None:
        arrays = read_arrays(path, ("weights", "bias"))
        self._weights: NDArray[np.float64] = arrays["weights"].astype(np.float64)
        self._bias = float(arrays["bias"])

    def p_category(self, encoders: Encoders, prompts: PromptBatch) -> NDArray[np.float64]:
        """P(coding) and P(factual), (n_prompts, 2)."""
        logits = encoders.lower_means(prompts)[:, STATE].astype(np.float64) @ self._weights + self._bias
        p_coding = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
        return np.column_stack([p_coding, 1 - p_coding])
