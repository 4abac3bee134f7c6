"""A classifier in `.keras`: Keras in safe mode, over texts or over token ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError, UnavailableError
from router_models.hub.choice import TOKENIZER
from router_models.hub.extras import missing_extra
from router_models.hub.keras_file import check_keras
from router_models.hub.network import Classifier, Outputs, TokenClassifier
from router_models.hub.tokens import MICRO_BATCH, HubTokenizer, MicroBatch

if TYPE_CHECKING:
    from keras import Model

_IDS = ("input_ids", "token_ids", "tokens")
_MASKS = ("attention_mask", "padding_mask", "mask")
_SEGMENTS = ("token_type_ids", "segment_ids")
_PROBABILITIES = ("softmax", "sigmoid")


def load_keras(path: Path, folder: Path) -> Classifier:
    """Opens a `.keras` file.

    Args:
        path: The file.
        folder: Holds the tokenizer, where it reads token ids.

    Raises:
        BadInputError: It holds code, or reads what a text classifier has no use for.
        UnavailableError: TensorFlow is missing, or Keras cannot read the file.
    """
    check_keras(path)
    missing = missing_extra("keras")
    if missing:
        raise UnavailableError("Its weights are in Keras' format, which needs TensorFlow here.", f"Run: {missing}.")
    import keras

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds, all of which mean: not readable
        raise UnavailableError(
            f"Keras cannot load it ({type(error).__name__}).", "Ask its author to save it with a current Keras."
        ) from error
    normalised = _last_activation(model) in _PROBABILITIES
    inputs = list(model.inputs)
    if len(inputs) == 1 and str(inputs[0].dtype) == "string":
        return TextNetwork(model, normalised=normalised)
    if not (folder / TOKENIZER).is_file():
        raise BadInputError(
            f"{path.name} reads token ids, but there is no {TOKENIZER} beside it.",
            "Ask its author to upload the tokenizer, or to put a TextVectorization layer into the model.",
        )
    return TokenClassifier(HubTokenizer(folder), KerasNetwork(path, model), normalised=normalised)


class TextNetwork:
    """A Keras model that reads texts.

    Args:
        model: In memory.
        normalised: Whether it gives probabilities.
    """

    def __init__(self, model: Model, *, normalised: bool) -> None:
        self._model = model
        self._normalised = normalised

    def __call__(self, prompts: Sequence[str]) -> Outputs:
        """Its outputs for prompts."""
        import tensorflow

        texts = tensorflow.constant([[prompt] for prompt in prompts])
        values = np.asarray(self._model(texts, training=False), dtype=np.float64)
        return Outputs(values.reshape(len(prompts), -1), self._normalised)


class KerasNetwork:
    """A Keras model that reads token ids.

    Args:
        path: Its file, for messages.
        model: In memory.

    Raises:
        BadInputError: It reads what a text classifier has no use for.
    """

    def __init__(self, path: Path, model: Model) -> None:
        self._model = model
        self._inputs = [(str(given.name).partition(":")[0], str(given.dtype)) for given in model.inputs]
        known = {*_IDS, *_MASKS, *_SEGMENTS}
        unknown = [name for name, _ in self._inputs if name not in known]
        if unknown and len(self._inputs) > 1:
            raise BadInputError(
                f"{path.name} asks for “{unknown[0][:60]}”: it is no text classifier.",
                f"Its inputs should be called {_IDS[0]} and {_MASKS[0]}.",
            )
        shape = tuple(model.inputs[0].shape)
        if len(shape) != 2:
            raise BadInputError(
                f"{path.name} reads arrays of {len(shape)} dimensions: it is no text classifier.",
                "It should read token ids, one row per text.",
            )
        self._named = isinstance(model.input, dict)
        self.size = MICRO_BATCH
        self.length = shape[1] if isinstance(shape[1], int) else 0

    def run(self, batch: MicroBatch) -> NDArray[np.floating]:
        """Its outputs, (m, n_outputs)."""
        arrays = {name: self._array(name, batch).astype(kind) for name, kind in self._inputs}
        listed = list(arrays.values())
        given = arrays if self._named else listed if len(listed) > 1 else listed[0]
        return np.asarray(self._model(given, training=False))

    @staticmethod
    def _array(name: str, batch: MicroBatch) -> NDArray[np.int64]:
        if name in _MASKS:
            return batch.mask
        return batch.segments if name in _SEGMENTS else batch.ids


def _last_activation(model: Model) -> str:
    """Name of what the last layer does to its outputs; a layer without an activation is called by its class."""
    last = model.layers[-1]
    activation = getattr(last, "activation", None)
    return str(getattr(activation, "__name__", type(last).__name__)).lower()
