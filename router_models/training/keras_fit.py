"""Training a Keras network on labelled prompts, whole or out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from benchmarks.benchmark import FloatArray, IntArray
from router_models.training.keras_data import Ids, batches, pad
from router_models.training.keras_network import N_ROUTES, CnnShape, build_network, dense_name

if TYPE_CHECKING:
    import keras

THREADS = 2
PREDICT_BATCH = 64


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes:
        shape: Hyper-parameters of the network.
        epochs: Passes over the training rows.
        batch_size: Prompts a step.
        learning_rate: Of AdamW.
        weight_decay: Of AdamW.
    """

    shape: CnnShape = field(default_factory=CnnShape)
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3


def limit_threads() -> None:
    """Keep TensorFlow to two threads; call it before the first network is built."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def fit_network(
    rows: Sequence[NDArray[np.int64]],
    labels: IntArray,
    table: NDArray[np.float32],
    recipe: Recipe,
    seed: int,
) -> keras.Model:
    """Train a network with class weights, then take the class weights out of its logits.

    Weighting a class by w multiplies its odds by w, so subtracting log w from its logit gives the odds of the
    training rows back: the probabilities mean what they say, while training has seen both classes equally.

    Args:
        rows: WordPiece ids per prompt, n arrays.
        labels: Route index per prompt, shape (n,).
        table: Initial word embeddings, shape (vocabulary, dimensions).
        recipe: Hyper-parameters.
        seed: Seed of weights, dropout and the order of batches.
    """
    import keras

    model = build_network(table, recipe.shape, seed)
    model.compile(
        optimizer=keras.optimizers.AdamW(recipe.learning_rate, weight_decay=recipe.weight_decay),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    weights = len(labels) / N_ROUTES / np.bincount(labels, minlength=N_ROUTES)
    rng = np.random.default_rng(seed)
    for _ in range(recipe.epochs):
        for batch in batches(rows, recipe.batch_size, rng):
            model.train_on_batch(pad([rows[row] for row in batch]), labels[batch], sample_weight=weights[labels[batch]])
    shift_bias(model, recipe.shape.members, -np.log(weights))
    return model


def shift_bias(model: keras.Model, members: int, shift: FloatArray) -> None:
    """Adds `shift` (2,) to the logits of a network, by way of its last biases."""
    for member in range(members):
        dense = model.get_layer(dense_name(member))
        kernel, bias = dense.get_weights()
        dense.set_weights([kernel, bias + shift])


def predict_logits(model: keras.Model, rows: Sequence[NDArray[np.int64]]) -> FloatArray:
    """Logits of prompts, shape (n, 2), in the order given."""
    order = np.argsort([len(row) for row in rows], kind="stable")
    logits = np.empty((len(rows), N_ROUTES))
    for start in range(0, len(rows), PREDICT_BATCH):
        part = order[start : start + PREDICT_BATCH]
        logits[part] = np.asarray(model(pad([rows[row] for row in part]), training=False))
    return logits


def out_of_fold(
    rows: Ids, labels: IntArray, table: NDArray[np.float32], recipe: Recipe, n_folds: int, seed: int
) -> tuple[FloatArray, IntArray]:
    """Logits of every prompt from a network that has not seen it; questions must be distinct.

    Args:
        rows: WordPiece ids per prompt, n arrays.
        labels: Route index per prompt, shape (n,).
        table: Initial word embeddings, shape (vocabulary, dimensions).
        recipe: Hyper-parameters.
        n_folds: Number of folds; each holds the same share of every label.
        seed: Seed of the folds and of the networks.

    Returns:
        Logits, shape (n, 2), and the fold of each prompt, shape (n,).
    """
    logits = np.empty((len(rows), N_ROUTES))
    folds = np.empty(len(rows), dtype=np.int64)
    splits = StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(labels, labels)
    for fold, (learn, held) in enumerate(splits):
        model = fit_network([rows[row] for row in learn], labels[learn], table, recipe, seed + fold)
        logits[held] = predict_logits(model, [rows[row] for row in held])
        folds[held] = fold
    return logits, folds
