"""Compares recipes for keras-cnn by cross-validation: `python -m router_models.training.keras_search --data DIR`.

It reads the train rows only; docs/training/keras_cnn.md holds its table.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import ray
from benchmarks.metrics import auc
from router_models.training.keras_data import Ids, encoder_folder, tokenize, word_table
from router_models.training.keras_fit import Recipe, limit_threads, out_of_fold

N_FOLDS = 5
RANDOM_SCALE = 0.05
"""Spread of random word embeddings, as Keras draws them."""

Table = NDArray[np.float32]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """One way to make ids of prompts, with the table of its vocabulary."""

    rows: Ids
    table: Callable[[int], Table]


def random_table(vocabulary: int, dimensions: int) -> Table:
    """Word embeddings to learn from scratch, shape (vocabulary, dimensions)."""
    rng = np.random.default_rng(0)
    return rng.uniform(-RANDOM_SCALE, RANDOM_SCALE, (vocabulary, dimensions)).astype(np.float32)


def whole_words(prompts: Sequence[str]) -> tuple[Ids, int]:
    """Ids of whole words by Keras' own TextVectorization, and the size of its vocabulary."""
    from keras import layers

    vectorization = layers.TextVectorization(max_tokens=20_000)
    vectorization.adapt(list(prompts))
    padded = np.asarray(vectorization(list(prompts)), dtype=np.int64)
    # An empty row cannot be pooled: a prompt without a word becomes one unknown word.
    rows = [row[row > 0] if (row > 0).any() else np.ones(1, dtype=np.int64) for row in padded]
    return rows, vectorization.vocabulary_size()


def recipes() -> dict[str, tuple[str, Recipe]]:
    """Name → way to make ids, and recipe; `frozen, 64 filters` is the chosen one."""
    best = Recipe()
    rich = replace(best, shape=replace(best.shape, filters=128, length=True))
    few, many = best.shape, rich.shape
    scratch = replace(rich, shape=replace(many, tune_embeddings=True), learning_rate=1e-3, epochs=7)
    return {
        "whole words from scratch": ("words", scratch),
        "WordPiece from scratch": ("random", scratch),
        "encoder's words, fine-tuned": ("encoder", replace(scratch, learning_rate=3e-3, epochs=4)),
        "frozen, 64 filters": ("encoder", best),
        "frozen, 64 filters, length": ("encoder", replace(best, shape=replace(few, length=True))),
        "frozen, 64 filters, length, 3 members": ("encoder", replace(best, shape=replace(few, length=True, members=3))),
        "frozen, 128 filters, length": ("encoder", rich),
        "frozen, 128 filters, length, 30 epochs": ("encoder", replace(rich, epochs=30)),
        "frozen, 128 filters, length, 128 dimensions": ("encoder", replace(rich, shape=replace(many, dimensions=128))),
        "frozen, 128 filters, length, maximum only": ("encoder", replace(rich, shape=replace(many, average=False))),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Log the mean AUC over the folds, and the standard deviation, of every recipe."""
    parser = argparse.ArgumentParser(prog="python -m router_models.training.keras_search", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--seed", type=int, default=0, help="of folds, weights and dropout")
    parser.add_argument("--only", help="recipes whose name contains this text")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limit_threads()
    train = ray.load(options.data).part("train")
    labels = train.route_labels
    encoder = encoder_folder()
    pieces = tokenize(train.prompts)
    words, n_words = whole_words(train.prompts)
    inputs = {
        "words": Inputs(words, lambda dimensions: random_table(n_words, dimensions)),
        "random": Inputs(pieces, lambda dimensions: random_table(len(word_table(encoder, 1)), dimensions)),
        "encoder": Inputs(pieces, lambda dimensions: word_table(encoder, dimensions)),
    }
    for name, (kind, recipe) in recipes().items():
        if options.only and options.only not in name:
            continue
        table = inputs[kind].table(recipe.shape.dimensions)
        logits, folds = out_of_fold(inputs[kind].rows, labels, table, recipe, N_FOLDS, options.seed)
        scores = logits[:, 1] - logits[:, 0]
        by_fold = [auc(labels[folds == fold], scores[folds == fold]) for fold in range(N_FOLDS)]
        logger.info("%-44s AUC %.4f ± %.4f", name, np.mean(by_fold), np.std(by_fold))


if __name__ == "__main__":
    main()
