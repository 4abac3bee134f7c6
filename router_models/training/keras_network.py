"""The convolutional network over WordPiece ids, in Keras (TensorFlow is imported when it is built)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

N_ROUTES = 2


@dataclass(frozen=True)
class CnnShape:
    """Hyper-parameters of the network; the defaults won the cross-validation (docs/training/keras_cnn.md).

    Attributes:
        dimensions: Width of the word embeddings.
        widths: Tokens that each group of filters looks at.
        filters: Filters per group.
        embedding_dropout: Share of embedding values dropped while training.
        dropout: Share of pooled values dropped while training.
        tune_embeddings: Whether the word embeddings learn too; then they are kept in float32, else in float16.
        average: Whether filters are pooled by their mean as well as by their maximum.
        length: Whether the logarithm of the number of tokens is a feature beside the filters.
        members: Small networks whose logits are averaged inside the one graph.
    """

    dimensions: int = 64
    widths: tuple[int, ...] = (1, 2, 3)
    filters: int = 64
    embedding_dropout: float = 0.2
    dropout: float = 0.6
    tune_embeddings: bool = False
    average: bool = True
    length: bool = False
    members: int = 1


def convolution_name(member: int, width: int) -> str:
    """Name of the convolution layer of a member with a width."""
    return f"convolution_{member}_{width}"


def dense_name(member: int) -> str:
    """Name of the last layer of a member."""
    return f"dense_{member}"


def build_network(table: NDArray[np.float32], shape: CnnShape, seed: int) -> keras.Model:
    """Build the network; its result does not depend on how far a prompt is padded.

    Padded positions are zeroed before the convolutions, as if the prompt ended there, and again after them,
    where they cannot win a maximum because ReLU leaves nothing below zero.

    Args:
        table: Initial word embeddings, shape (vocabulary, dimensions).
        shape: Hyper-parameters.
        seed: Seed of the initial weights and of dropout.

    Returns:
        A model from `input_ids` and `attention_mask`, both (n, length), to `logits` (n, 2): weak, strong.
    """
    import keras
    from keras import layers, ops

    keras.utils.set_random_seed(seed)
    ids = keras.Input((None,), dtype="int32", name="input_ids")
    mask = keras.Input((None,), dtype="int32", name="attention_mask")
    embedding = layers.Embedding(
        *table.shape,
        trainable=shape.tune_embeddings,
        dtype="float32" if shape.tune_embeddings else "float16",
        name="embedding",
    )
    real = ops.expand_dims(ops.cast(mask, "float32"), -1)
    tokens = ops.cast(embedding(ids), "float32") * real
    n_tokens = ops.maximum(ops.sum(real, axis=1), 1.0)
    members = []
    for member in range(shape.members):
        dropped = layers.Dropout(shape.embedding_dropout, seed=seed + 2 * member)(tokens)
        pooled = [ops.log(n_tokens)] if shape.length else []
        for width in shape.widths:
            convolution = layers.Conv1D(
                shape.filters,
                width,
                padding="same",
                activation="relu",
                name=convolution_name(member, width),
            )
            found = convolution(dropped) * real
            pooled.append(ops.max(found, axis=1))
            if shape.average:
                pooled.append(ops.sum(found, axis=1) / n_tokens)
        features = layers.Dropout(shape.dropout, seed=seed + 2 * member + 1)(ops.concatenate(pooled, axis=-1))
        members.append(layers.Dense(N_ROUTES, name=dense_name(member))(features))
    logits = members[0] if len(members) == 1 else layers.Average()(members)
    model = keras.Model({"input_ids": ids, "attention_mask": mask}, layers.Identity(name="logits")(logits))
    embedding.set_weights([table])
    return model
