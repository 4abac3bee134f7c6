"""The networks of the Keras family over token ids (TensorFlow is imported when one is built).

All give the same logits however far a prompt is padded: padded positions are zeroed before convolutions, skipped by
LSTMs, and left out of every mean and maximum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from router_models.training.keras_recipes import Shape

if TYPE_CHECKING:
    import keras

N_ROUTES = 2
EMBEDDING = "embedding"
Tensor = Any
"""A symbolic Keras tensor; Keras ships no types."""


def convolution_name(member: int, width: int) -> str:
    """Name of the convolution layer of a member with a width."""
    return f"convolution_{member}_{width}"


def lstm_name(member: int, level: int) -> str:
    """Name of a member's LSTM layer, level 0 reading the tokens."""
    return f"lstm_{member}_{level}"


def hidden_name(member: int) -> str:
    """Name of the dense layer before the last one of a member."""
    return f"hidden_{member}"


def dense_name(member: int) -> str:
    """Name of the last layer of a member."""
    return f"dense_{member}"


def layer_names(shape: Shape, member: int) -> list[str]:
    """Names of all layers of a member that have weights."""
    names = [dense_name(member)]
    if shape.hidden:
        names.append(hidden_name(member))
    if shape.architecture in ("cnn", "cnn-lstm"):
        names += [convolution_name(member, width) for width in shape.widths]
    return names + [lstm_name(member, level) for level in range(lstm_levels(shape))]


def lstm_levels(shape: Shape) -> int:
    """How many LSTM layers a member stacks."""
    return {"bilstm": 1, "bilstm2": 2, "cnn-lstm": 1}.get(shape.architecture, 0)


def build_network(vocabulary: int, shape: Shape, seed: int, table: NDArray[np.float32] | None = None) -> keras.Model:
    """Build a network with fresh weights.

    Args:
        vocabulary: Number of token ids.
        shape: Hyper-parameters.
        seed: Seed of the initial weights and of dropout.
        table: Word embeddings, (vocabulary, dimensions), which stay as they are; None to learn them from scratch.

    Returns:
        A model from `input_ids` and `attention_mask`, both (n, length), to `logits` (n, 2): weak, strong.
    """
    import keras
    from keras import layers, ops

    keras.utils.set_random_seed(seed)
    ids = keras.Input((None,), dtype="int32", name="input_ids")
    mask = keras.Input((None,), dtype="int32", name="attention_mask")
    embedding = layers.Embedding(vocabulary, shape.dimensions, trainable=table is None, name=EMBEDDING)
    real = ops.expand_dims(ops.cast(mask, "float32"), -1)
    tokens = embedding(ids) * real
    members = [_member(tokens, real, shape, member, seed) for member in range(shape.members)]
    logits = members[0] if len(members) == 1 else layers.Average()(members)
    model = keras.Model({"input_ids": ids, "attention_mask": mask}, layers.Identity(name="logits")(logits))
    if table is not None:
        embedding.set_weights([table])
    return model


def _member(tokens: Tensor, real: Tensor, shape: Shape, member: int, seed: int) -> Tensor:
    from keras import layers, ops

    dropped = layers.Dropout(shape.embedding_dropout, seed=seed + 2 * member)(tokens)
    pooled = _features(dropped, real, shape, member)
    if shape.length:
        pooled.append(ops.log(_count(real)))
    features = ops.concatenate(pooled, axis=-1) if len(pooled) > 1 else pooled[0]
    if shape.hidden:
        features = layers.Dense(shape.hidden, activation="relu", name=hidden_name(member))(features)
    features = layers.Dropout(shape.dropout, seed=seed + 2 * member + 1)(features)
    return layers.Dense(N_ROUTES, name=dense_name(member))(features)


def _features(tokens: Tensor, real: Tensor, shape: Shape, member: int) -> list[Tensor]:
    """What a member makes of the tokens (n, length, dimensions): pooled vectors, (n, …) each."""
    if shape.architecture == "dnn":
        return _pool(tokens, real, shape)
    if shape.architecture in ("cnn", "cnn-lstm"):
        found = [_convolution(tokens, real, shape, member, width) for width in shape.widths]
        if shape.architecture == "cnn":
            return [pooled for one in found for pooled in _pool(one, real, shape)]
        from keras import ops

        tokens = ops.concatenate(found, axis=-1) if len(found) > 1 else found[0]
    for level in range(lstm_levels(shape)):
        final = shape.pooling == "last" and level == lstm_levels(shape) - 1
        tokens = _lstm(tokens, real, shape, lstm_name(member, level), final=final)
    return [tokens] if shape.pooling == "last" else _pool(tokens, real, shape)


def _convolution(tokens: Tensor, real: Tensor, shape: Shape, member: int, width: int) -> Tensor:
    from keras import layers

    name = convolution_name(member, width)
    return layers.Conv1D(shape.filters, width, padding="same", activation="relu", name=name)(tokens) * real


def _lstm(tokens: Tensor, real: Tensor, shape: Shape, name: str, *, final: bool) -> Tensor:
    """States of every token, (n, length, …), zero where padded; or the final state, (n, …)."""
    from keras import layers, ops

    both_ways = shape.architecture != "cnn-lstm"
    lstm = layers.LSTM(shape.units, return_sequences=not final, name="lstm" if both_ways else name)
    layer = layers.Bidirectional(lstm, name=name) if both_ways else lstm
    states = layer(tokens, mask=ops.squeeze(real, -1) > 0)
    return states if final else states * real


def _pool(states: Tensor, real: Tensor, shape: Shape) -> list[Tensor]:
    """Maximum and mean over the real tokens; padded states are zero."""
    from keras import ops

    pooled = []
    if "max" in shape.pooling:
        # No state is below -1 (tanh) or 0 (ReLU), so a padded position at -2 never wins.
        pooled.append(ops.max(states + 2.0 * (real - 1.0), axis=1))
    if "mean" in shape.pooling:
        pooled.append(ops.sum(states, axis=1) / _count(real))
    return pooled


def _count(real: Tensor) -> Tensor:
    from keras import ops

    return ops.maximum(ops.sum(real, axis=1), 1.0)
