"""What fine-tuning is worth: logistic regression on the frozen sentence embedding, fitted on the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.training.encoder_data import Examples

_SCALE = 4.0
"""Unit vectors are too short for the default regularisation; chosen, with C = 1, by cross-validation on train."""


def frozen_picks(weights: Path, train: Examples, prompts: Sequence[str]) -> IntArray:
    """Routes that the frozen encoder with logistic regression would pick, (n,).

    Args:
        weights: Folder with the frozen encoder.
        train: Examples to fit on.
        prompts: n prompts to route.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(_features(weights, train.prompts), train.targets.argmax(axis=1))
    picks: IntArray = model.predict(_features(weights, prompts))
    return picks


def _features(weights: Path, prompts: Sequence[str]) -> FloatArray:
    """Embedding and log length, (n, dim + 1)."""
    embeddings = Encoders(weights).embeddings(PromptBatch(prompts))
    lengths = np.log1p([[len(prompt)] for prompt in prompts])
    return np.hstack([_SCALE * embeddings, lengths]).astype(np.float64)
