"""Many networks of one shape trained side by side in one graph.

An LSTM step over 32 short prompts is so little work that TensorFlow spends its time on dispatch; thirty networks in one
batched product cost little more than one. Every weight is that of the single network (`build_network`) with an axis
of members in front, so weights go back and forth by plain indexing, and a test holds that both compute the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from router_models.training.keras_network import (
    EMBEDDING,
    build_network,
    convolution_name,
    dense_name,
    hidden_name,
    layer_names,
    lstm_levels,
    lstm_name,
)
from router_models.training.keras_recipes import Shape

if TYPE_CHECKING:
    import keras

Tensor = Any
"""A TensorFlow tensor."""
Weights = dict[str, list[NDArray[np.float32]]]
"""Layer → its weights, as Keras orders them."""


def weights_of(network: keras.Model, shape: Shape, *, embedding: bool, member: int = 0) -> Weights:
    """The trainable weights of a single network, or of one member, under the names that member 0 has."""
    names = dict(zip(layer_names(shape, 0), layer_names(shape, member), strict=True))
    if embedding:
        names[EMBEDDING] = EMBEDDING
    return {name: network.get_layer(own).get_weights() for name, own in names.items()}


def put_weights(network: keras.Model, shape: Shape, weights: Weights, member: int = 0) -> None:
    """The reverse of `weights_of`."""
    names = dict(zip(layer_names(shape, 0), layer_names(shape, member), strict=True))
    for name, arrays in weights.items():
        network.get_layer(names.get(name, name)).set_weights(arrays)


class ParallelNetworks:
    """Networks of one shape, each with fresh weights from a seed of its own.

    Args:
        shape: Shape of one network.
        seeds: A seed per network, m in all.
        vocabulary: Number of token ids.
        table: Frozen word embeddings, (vocabulary, dimensions); None where each network learns its own.
    """

    def __init__(
        self, shape: Shape, seeds: Sequence[int], vocabulary: int, table: NDArray[np.float32] | None = None
    ) -> None:
        import tensorflow as tf

        fresh = [
            weights_of(build_network(vocabulary, shape, seed, table), shape, embedding=table is None) for seed in seeds
        ]
        self.shape, self.members = shape, len(seeds)
        self._table = None if table is None else tf.constant(table)
        self._variables = {
            name: [
                tf.Variable(np.stack([weights[name][i] for weights in fresh]), name=f"{name}_{i}")
                for i in range(len(first))
            ]
            for name, first in fresh[0].items()
        }

    @property
    def variables(self) -> list[Any]:
        """Trainable variables, each (m, …)."""
        return [variable for layer in self._variables.values() for variable in layer]

    def weights(self, member: int) -> Weights:
        """Copies of one network's weights."""
        return {name: [variable[member].numpy() for variable in layer] for name, layer in self._variables.items()}

    def put(self, weights: Sequence[Weights]) -> None:
        """Takes over the weights of m networks."""
        for name, layer in self._variables.items():
            for i, variable in enumerate(layer):
                variable.assign(np.stack([network[name][i] for network in weights]))

    def logits(self, ids: Tensor, mask: Tensor, dropout_seed: Tensor | None = None) -> Tensor:
        """Logits of all networks, (n, m, 2).

        Args:
            ids: Token ids, (n, length).
            mask: 1 for tokens, 0 for padding, (n, length).
            dropout_seed: Two integers that decide what is dropped; None outside of training.
        """
        import tensorflow as tf

        real = tf.cast(mask, tf.float32)[:, :, None, None]
        tokens = self._embed(ids) * real
        features = self._features(_dropout(tokens, self.shape.embedding_dropout, dropout_seed), real)
        if self.shape.length:
            features.append(tf.math.log(_count(real)) * tf.ones((1, self.members, 1)))
        joined = tf.concat(features, axis=-1)
        if self.shape.hidden:
            joined = tf.nn.relu(self._dense(joined, hidden_name(0)))
        later = None if dropout_seed is None else tf.add(dropout_seed, [1, 0])
        return self._dense(_dropout(joined, self.shape.dropout, later), dense_name(0))

    def _embed(self, ids: Tensor) -> Tensor:
        """Word embeddings, (n, length, m, dimensions)."""
        import tensorflow as tf

        if self._table is not None:
            found = tf.gather(self._table, ids)[:, :, None, :]
            return tf.repeat(found, self.members, axis=2)
        (tables,) = self._variables[EMBEDDING]
        return tf.transpose(tf.gather(tables, ids, axis=1), (1, 2, 0, 3))

    def _features(self, tokens: Tensor, real: Tensor) -> list[Tensor]:
        import tensorflow as tf

        shape = self.shape
        if shape.architecture == "dnn":
            return self._pool(tokens, real)
        if shape.architecture in ("cnn", "cnn-lstm"):
            found = [self._convolution(tokens, width) * real for width in shape.widths]
            if shape.architecture == "cnn":
                return [pooled for one in found for pooled in self._pool(one, real)]
            tokens = tf.concat(found, axis=-1)
        lengths = tf.cast(tf.reduce_sum(real, axis=(1, 2, 3)), tf.int32)
        for level in range(lstm_levels(shape)):
            ways = self._lstm(tokens, lengths, lstm_name(0, level))
            tokens = tf.concat(ways, axis=-1) * real
        if shape.pooling != "last":
            return self._pool(tokens, real)
        # The backward LSTM ends at the first token.
        last = tf.gather(ways[0], lengths - 1, axis=1, batch_dims=1)
        return [last] if len(ways) == 1 else [last, ways[1][:, 0]]

    def _lstm(self, tokens: Tensor, lengths: Tensor, name: str) -> list[Tensor]:
        """States of each direction, (n, length, m, units): forwards, and backwards if there are such weights."""
        import tensorflow as tf

        weights = self._variables[name]
        forwards = tf.transpose(tokens, (1, 2, 0, 3))
        if len(weights) == 3:
            return [tf.transpose(_recur(forwards, *weights), (2, 0, 1, 3))]
        backwards = tf.transpose(tf.reverse_sequence(tokens, lengths, seq_axis=1), (1, 2, 0, 3))
        both = [tf.concat(pair, axis=0) for pair in zip(weights[:3], weights[3:], strict=True)]
        states = tf.transpose(_recur(tf.concat([forwards, backwards], axis=1), *both), (2, 0, 1, 3))
        there, back = tf.split(states, 2, axis=2)
        return [there, tf.reverse_sequence(back, lengths, seq_axis=1)]

    def _convolution(self, tokens: Tensor, width: int) -> Tensor:
        """A convolution as one product over windows of tokens, padded as TensorFlow pads."""
        import tensorflow as tf

        kernel, bias = self._variables[convolution_name(0, width)]
        before = (width - 1) // 2
        padded = tf.pad(tokens, [[0, 0], [before, width - 1 - before], [0, 0], [0, 0]])
        length = tf.shape(tokens)[1]
        windows = tf.concat([padded[:, start : start + length] for start in range(width)], axis=-1)
        flat = tf.reshape(kernel, (self.members, width * kernel.shape[2], kernel.shape[3]))
        return tf.nn.relu(tf.einsum("nlmd,mdk->nlmk", windows, flat) + bias)

    def _pool(self, states: Tensor, real: Tensor) -> list[Tensor]:
        import tensorflow as tf

        pooled = []
        if "max" in self.shape.pooling:
            pooled.append(tf.reduce_max(states + 2.0 * (real - 1.0), axis=1))
        if "mean" in self.shape.pooling:
            pooled.append(tf.reduce_sum(states, axis=1) / _count(real))
        return pooled

    def _dense(self, features: Tensor, name: str) -> Tensor:
        import tensorflow as tf

        kernel, bias = self._variables[name]
        return tf.einsum("nmf,mfk->nmk", features, kernel) + bias


def _dropout(values: Tensor, rate: float, seed: Tensor | None) -> Tensor:
    import tensorflow as tf

    return values if seed is None or not rate else tf.nn.experimental.stateless_dropout(values, rate, seed)


def _count(real: Tensor) -> Tensor:
    """Real tokens per prompt, (n, 1, 1)."""
    import tensorflow as tf

    return tf.reduce_sum(real, axis=1)


def _recur(inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
    """LSTMs side by side, with Keras' order of gates: input, forget, cell, output.

    Args:
        inputs: Shape (length, p, n, d).
        kernel: Shape (p, d, 4 · units).
        recurrent: Shape (p, units, 4 · units).
        bias: Shape (p, 4 · units).

    Returns:
        Hidden states, (length, p, n, units).
    """
    import tensorflow as tf

    projected = tf.matmul(inputs, kernel) + bias[:, None]
    zero = tf.zeros_like(projected[0, :, :, : recurrent.shape[1]])

    def step(state: tuple[Tensor, Tensor], now: Tensor) -> tuple[Tensor, Tensor]:
        hidden, cell = state
        gates = now + tf.matmul(hidden, recurrent)
        enter, keep, new, leave = tf.split(gates, 4, axis=-1)
        cell = tf.sigmoid(keep) * cell + tf.sigmoid(enter) * tf.tanh(new)
        return tf.sigmoid(leave) * tf.tanh(cell), cell

    states, _ = tf.scan(step, projected, (zero, zero))
    return states
