"""The Keras family on Ray: which networks there are, and how each is trained, as published and tuned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from benchmarks.keras_study import Architecture

ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)

Pooling = Literal["mean", "max+mean", "max", "last"]


@dataclass(frozen=True)
class Shape:
    """Hyper-parameters of a network.

    Attributes:
        architecture: What stands between the word embeddings and the pooled features.
        dimensions: Width of the word embeddings.
        units: Units of an LSTM, per direction.
        widths: Tokens that each group of convolution filters looks at.
        filters: Filters per group.
        pooling: How a sequence becomes one vector; `last` is the LSTM's final state.
        hidden: Units of the dense layer before the logits; 0 for none.
        embedding_dropout: Share of embedding values dropped while training.
        dropout: Share of pooled values dropped while training.
        length: Whether the logarithm of the number of tokens is a feature beside the pooled ones.
        members: Networks whose logits are averaged inside the one graph.
    """

    architecture: Architecture
    dimensions: int = 40
    units: int = 24
    widths: tuple[int, ...] = (1, 2, 3)
    filters: int = 64
    pooling: Pooling = "max+mean"
    hidden: int = 0
    embedding_dropout: float = 0.2
    dropout: float = 0.6
    length: bool = False
    members: int = 1


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes:
        shape: Hyper-parameters of the network.
        pretrained: Whether the word embeddings are the sentence encoder's, frozen; else they are learnt from scratch.
        epochs: Most passes over the training rows.
        patience: Epochs without a lower validation loss before training stops and the best weights come back;
            None to train all epochs and keep the last weights.
        batch_size: Prompts a step.
        learning_rate: Of Adam.
        weight_decay: Decoupled, as in AdamW; 0 is plain Adam.
        class_weights: Whether both classes count alike in the loss.
        label_smoothing: Share of each label spread over both classes.
    """

    shape: Shape
    pretrained: bool = True
    epochs: int = 40
    patience: int | None = 4
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    class_weights: bool = False
    label_smoothing: float = 0.0


PUBLISHED_EPOCHS = 30
MEMBERS = 5
"""Networks of a tuned router; each stops early on another fifth of the train rows."""


def published(architecture: Architecture, *, class_weights: bool, epochs: int | None = None) -> Recipe:
    """The published training: 30 epochs, batches of 32, Adam at 0.001, own word embeddings, no early stopping.

    The source gives no sizes. These are ours: customary, and small enough for five seeds on two cores.
    """
    shape = Shape(
        architecture,
        dimensions=32,
        units=24,
        widths=(5,),
        filters=64,
        pooling={"dnn": "mean", "cnn": "max"}.get(architecture, "last"),  # type: ignore[arg-type]
        hidden=32,
        embedding_dropout=0.0,
        dropout=0.5,
    )
    return Recipe(
        shape,
        pretrained=False,
        epochs=epochs or PUBLISHED_EPOCHS,
        patience=None,
        batch_size=32,
        learning_rate=1e-3,
        weight_decay=0.0,
        class_weights=class_weights,
    )


def tuned(architecture: Architecture) -> Recipe:
    """The recipe of the served router; docs/training/keras.md says what it was chosen from."""
    return TUNED[architecture]


TUNED: dict[Architecture, Recipe] = {
    "dnn": Recipe(Shape("dnn", pooling="mean", hidden=64, dropout=0.5)),
    "bilstm": Recipe(Shape("bilstm", dropout=0.5)),
    "bilstm2": Recipe(Shape("bilstm2", dropout=0.5)),
    "cnn": Recipe(Shape("cnn")),
    "cnn-lstm": Recipe(Shape("cnn-lstm", widths=(3,), dropout=0.5)),
}
