"""What a Keras network must beat: logistic regression on the frozen sentence encoder and the prompt's length."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch

_SCALE = 4.0
"""Unit vectors are too short for the default regularisation."""


def linear_scores(weights: Path, train: Benchmark, test: Benchmark, folds: IntArray) -> tuple[FloatArray, FloatArray]:
    """P(strong) of the train rows out of fold, and of the test rows, (n,) each.

    Args:
        weights: Folder with the frozen encoder.
        train: Rows to fit on.
        test: Rows to score.
        folds: The fold of each train row, (n,).
    """
    from sklearn.linear_model import LogisticRegression

    learn, given = (_features(weights, part) for part in (train, test))
    labels = train.route_labels
    out_of_fold = np.empty(len(train))
    for fold in np.unique(folds):
        held = folds == fold
        model = LogisticRegression(max_iter=1000).fit(learn[~held], labels[~held])
        out_of_fold[held] = model.predict_proba(learn[held])[:, 1]
    model = LogisticRegression(max_iter=1000).fit(learn, labels)
    return out_of_fold, model.predict_proba(given)[:, 1]


def _features(weights: Path, part: Benchmark) -> FloatArray:
    """Embedding and log length, (n, dim + 1)."""
    embeddings = Encoders(weights, threads=1).embeddings(PromptBatch(part.prompts))
    lengths = np.log1p([[len(prompt)] for prompt in part.prompts])
    return np.hstack([_SCALE * embeddings, lengths]).astype(np.float64)
