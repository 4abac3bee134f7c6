"""Out-of-fold logits of both heads: what calibration, thresholds and the choice of recipes rest on."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.metrics import accuracy, apgr, macro_f1
from router_models.training.encoder_data import Examples
from router_models.training.encoder_fit import Cached, Recipe, fit_soup, predict
from router_models.training.encoder_names import CHAT
from router_models.training.encoder_network import RoutingEncoder
from router_models.training.encoder_quality_head import QualityRecipe, fit_head

logger = logging.getLogger(__name__)


def fold_of(keys: tuple[str, ...], n_folds: int) -> IntArray:
    """The fold of each question, (n,): from its hash, so that a question has one fold in every data set."""
    return np.array([int(key[:16], 16) // 5 % n_folds for key in keys], dtype=np.int64)


def chat_out_of_fold(
    make_network: Callable[[], RoutingEncoder],
    examples: Examples,
    cached: Cached,
    recipe: Recipe,
    n_folds: int,
    seed: int,
) -> FloatArray:
    """Chat logits (n, 3) of every example from a network that was not trained on its question.

    Args:
        make_network: Returns an untrained network.
        examples: n examples.
        cached: The same, through the frozen layers.
        recipe: Hyper-parameters.
        n_folds: Number of folds.
        seed: Of weights, order and dropout.
    """
    folds = fold_of(examples.keys, n_folds)
    logits = np.zeros(examples.targets.shape)
    for fold in range(n_folds):
        network = fit_soup(make_network, cached.take(np.flatnonzero(folds != fold)), recipe, seed)
        held_out = np.flatnonzero(folds == fold)
        logits[held_out] = predict(network, cached.take(held_out), recipe)
        figures = report(examples.take(held_out), logits[held_out])
        logger.info("chat head, fold %d of %d: %s", fold + 1, n_folds, figures)
    return logits


def quality_out_of_fold(features: FloatArray, examples: Examples, recipe: QualityRecipe, n_folds: int) -> FloatArray:
    """Quality logits (n, 2) of every example from a head that was not fitted on its question.

    Args:
        features: Of the frozen layers, (n, width).
        examples: n examples.
        recipe: Hyper-parameters.
        n_folds: Number of folds.
    """
    folds = fold_of(examples.keys, n_folds)
    logits = np.zeros(examples.targets.shape)
    for fold in range(n_folds):
        rows, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        logits[held_out] = fit_head(features[rows], examples.take(rows), recipe).logits(features[held_out])
    return logits


def report(examples: Examples, logits: FloatArray) -> dict[str, float]:
    """The figures by which recipes are chosen: accuracy and macro F1, or APGR per data set beside prompt length's."""
    if examples.head == CHAT:
        labels, picks = examples.targets.argmax(axis=1), logits.argmax(axis=1)
        return {"accuracy": round(accuracy(labels, picks), 4), "macro F1": round(macro_f1(labels, picks), 4)}
    figures = {}
    sources = np.array(examples.sources)
    lengths = np.array([len(prompt) for prompt in examples.prompts], dtype=np.float64)
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        gap = 2 * examples.targets[rows, 1] - 1
        scores = logits[rows, 1] - logits[rows, 0]
        figures[f"APGR {source}"] = round(apgr(scores, np.zeros_like(gap), gap), 4)
        figures[f"APGR {source} by length"] = round(apgr(lengths[rows], np.zeros_like(gap), gap), 4)
    return figures
