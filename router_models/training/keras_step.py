"""One optimisation step, and predictions, of many networks at once, compiled by TensorFlow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from router_models.training.keras_data import Ids, pad
from router_models.training.keras_network import N_ROUTES
from router_models.training.keras_parallel import ParallelNetworks, Weights
from router_models.training.keras_recipes import Recipe, Shape

PREDICT_BATCH = 64
Compiled = Callable[..., Any]

logger = logging.getLogger(__name__)


def limit_threads(threads: int = 2) -> None:
    """Keep TensorFlow to so many threads; call it before the first network is built, later it can only be said."""
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError as error:
        logger.warning("TensorFlow keeps the threads it has: %s", error)


class TrainingStep:
    """Cross-entropy and AdamW, for each network as if it were trained alone.

    Args:
        networks: What to train.
        recipe: Hyper-parameters.
        seed: Seed of dropout.
    """

    def __init__(self, networks: ParallelNetworks, recipe: Recipe, seed: int) -> None:
        self._compiled = _compile_step(networks, recipe)
        self._seed, self._step = seed, 0

    def __call__(self, rows: Ids, labels: IntArray, weights: FloatArray, learns: BoolArray) -> NDArray[np.float32]:
        """Train on one batch.

        Args:
            rows: Token ids of n prompts.
            labels: Their routes, (n,).
            weights: Weight in each network's loss, (networks, n).
            learns: Whether each network learns from it at all, (networks, n).

        Returns:
            Per network the weighted loss, the right answers and the rows it learnt from, all summed, (3, networks).
        """
        import tensorflow as tf

        inputs = pad(rows)
        self._step += 1
        sums: NDArray[np.float32] = self._compiled(
            tf.constant(inputs["input_ids"]),
            tf.constant(inputs["attention_mask"]),
            tf.constant(labels),
            tf.constant(weights, tf.float32),
            tf.constant(learns, tf.float32),
            tf.constant([2 * self._seed, self._step]),
        ).numpy()
        return sums


def _compile_step(networks: ParallelNetworks, recipe: Recipe) -> Compiled:
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.AdamW(recipe.learning_rate, weight_decay=recipe.weight_decay)
    optimizer.build(networks.variables)
    smooth = recipe.label_smoothing

    tokens, per_network = tf.TensorSpec((None, None), tf.int64), tf.TensorSpec((networks.members, None), tf.float32)
    prompts, pair = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((2,), tf.int32)

    # One trace for all batches, whatever their size and length.
    @tf.function(input_signature=(tokens, tokens, prompts, per_network, per_network, pair))  # type: ignore[untyped-decorator]
    def compiled(ids: Any, mask: Any, labels: Any, weights: Any, learns: Any, seed: Any) -> Any:  # noqa: ANN401  tensors
        targets = tf.one_hot(labels, N_ROUTES) * (1 - smooth) + smooth / N_ROUTES
        with tf.GradientTape() as tape:
            logits = tf.transpose(networks.logits(ids, mask, seed), (1, 0, 2))
            losses = -tf.reduce_sum(targets * tf.nn.log_softmax(logits), axis=-1) * weights
            # Each network's loss is the mean over its own prompts.
            n_rows = tf.maximum(tf.reduce_sum(learns, axis=1), 1.0)
            loss = tf.reduce_sum(tf.reduce_sum(losses, axis=1) / n_rows)
        gradients = tape.gradient(loss, networks.variables)
        optimizer.apply([tf.convert_to_tensor(gradient) for gradient in gradients], networks.variables)
        hits = tf.cast(tf.argmax(logits, axis=-1) == labels, tf.float32) * learns
        return tf.reduce_sum(tf.stack([losses, hits, learns]), axis=2)

    return compiled  # type: ignore[no-any-return]


class Predictor:
    """Logits by all networks, without dropout."""

    def __init__(self, networks: ParallelNetworks) -> None:
        import tensorflow as tf

        self._members = networks.members
        tokens = tf.TensorSpec((None, None), tf.int64)
        self._compiled: Compiled = tf.function(networks.logits, input_signature=(tokens, tokens))

    def __call__(self, rows: Ids) -> FloatArray:
        """Logits of n prompts, (networks, n, 2), in the order given."""
        import tensorflow as tf

        logits = np.empty((self._members, len(rows), N_ROUTES))
        for part, inputs in by_length(rows):
            found = self._compiled(*(tf.constant(inputs[name]) for name in ("input_ids", "attention_mask")))
            logits[:, part] = found.numpy().transpose(1, 0, 2)
        return logits


def network_logits(
    shape: Shape, weights: Sequence[Weights], vocabulary: int, table: NDArray[np.float32] | None, rows: Ids
) -> FloatArray:
    """Logits of prompts by trained networks, (networks, n, 2).

    Args:
        shape: Shape of one network.
        weights: Of each network.
        vocabulary: Number of token ids.
        table: Their frozen word embeddings, (vocabulary, dimensions); None where they learnt their own.
        rows: Token ids of n prompts.
    """
    networks = ParallelNetworks(shape, range(len(weights)), vocabulary, table)
    networks.put(weights)
    return Predictor(networks)(rows)


def by_length(rows: Sequence[NDArray[np.int64]]) -> Iterator[tuple[IntArray, dict[str, NDArray[np.int64]]]]:
    """Row numbers and padded inputs of prompts of like length."""
    order = np.argsort([len(row) for row in rows], kind="stable")
    for start in range(0, len(rows), PREDICT_BATCH):
        part = order[start : start + PREDICT_BATCH]
        yield part, pad([rows[row] for row in part])
