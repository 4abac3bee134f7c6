"""What composites' linear models learn from: the served features of many prompts, from the shared cache."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from router_models.registry import WEIGHTS
from router_models.training.outcome_features import features_of


def wide_features_of(prompts: Sequence[str], cache: Path | None) -> FloatArray:
    """The features of `router_models.wide_features`, (n, 1153), float64.

    Args:
        prompts: n texts.
        cache: The npz file that keeps features; None keeps none.
    """
    known = features_of(prompts, WEIGHTS, cache)
    return np.hstack([known.embeddings, known.means]).astype(np.float64)
