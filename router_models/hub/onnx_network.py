"""A classifier in ONNX: ONNX Runtime and its tokenizer, no other framework."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError, UnavailableError
from router_models.hub.onnx_file import check_onnx, made_by
from router_models.hub.tokens import MICRO_BATCH, MicroBatch
from router_models.onnx_model import start_session
from router_models.run_limit import RUN_LIMIT_S, RunLimit

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_PROBABILITIES = "probabilities"
_OUTPUTS = ("logits", "output", _PROBABILITIES)
_NORMALISING = ("Softmax", "Sigmoid")


class OnnxNetwork:
    """An ONNX graph over token ids.

    Args:
        path: The file.
        folder: What the file may read lies in here.
        threads: Threads for one run; 0 is one per core.
        seconds: How long one run may take.

    Attributes:
        normalised: Whether it gives probabilities; else it gives logits.

    Raises:
        BadInputError: It reads other files, or asks for inputs that a text classifier has no use for.
        UnavailableError: ONNX Runtime cannot open it.
    """

    def __init__(self, path: Path, folder: Path, threads: int = 0, seconds: float = RUN_LIMIT_S) -> None:
        check_onnx(path, folder)
        self._session = _open(path, threads)
        self._limit = RunLimit(seconds)
        inputs = {given.name: given for given in self._session.get_inputs()}
        unknown = sorted(inputs.keys() - _ARRAYS.keys())
        if unknown or "input_ids" not in inputs:
            raise BadInputError(
                f"{path.name} asks for {unknown[0][:60] if unknown else 'no input_ids'}: it is no text classifier.",
                "Ask its author for an export of the task text-classification.",
            )
        wrong = [given.type for given in inputs.values() if given.type not in _TYPES]
        if wrong:
            raise BadInputError(f"{path.name} reads tokens as {wrong[0][:60]}.", "Ask its author to export it again.")
        self._types = {name: _TYPES[given.type] for name, given in inputs.items()}
        size, length = (*inputs["input_ids"].shape, None, None)[:2]
        self._fixed_size = size if isinstance(size, int) else 0
        self.size = self._fixed_size or MICRO_BATCH
        self.length = length if isinstance(length, int) else 0
        self._output = _output(self._session)
        self.normalised = self._output == _PROBABILITIES or made_by(path, self._output) in _NORMALISING

    def run(self, batch: MicroBatch) -> NDArray[np.floating]:
        """Its outputs, (m, n_outputs).

        Raises:
            UnavailableError: It fails on this prompt, or takes too long.
        """
        arrays = {
            name: self._padded(_ARRAYS[name](batch)).astype(kind, copy=False) for name, kind in self._types.items()
        }
        try:
            found: NDArray[np.floating] = self._limit.run(self._session, [self._output], arrays)[0]
        except UnavailableError:
            raise
        except Exception as error:  # ONNX Runtime raises many kinds; all of them mean: not on this prompt
            raise UnavailableError(f"It fails in ONNX Runtime ({type(error).__name__}).", _LEAVE) from error
        return found[: len(batch.rows)]

    def _padded(self, array: NDArray[np.int64]) -> NDArray[np.int64]:
        """For a graph that was exported for so many prompts and no other number: the last one again and again."""
        missing = self._fixed_size - len(array)
        return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing > 0 else array


_LEAVE = "Remove the router, or ask its author."


def _ids(batch: MicroBatch) -> NDArray[np.int64]:
    return batch.ids


def _mask(batch: MicroBatch) -> NDArray[np.int64]:
    return batch.mask


def _segments(batch: MicroBatch) -> NDArray[np.int64]:
    return batch.segments


def _positions(batch: MicroBatch) -> NDArray[np.int64]:
    positions: NDArray[np.int64] = np.maximum(batch.mask.cumsum(axis=1) - 1, 0)
    return positions


_ARRAYS = {"input_ids": _ids, "attention_mask": _mask, "token_type_ids": _segments, "position_ids": _positions}
"""What a graph may ask for."""


def _output(session: InferenceSession) -> str:
    """The output that holds the logits, or the probabilities."""
    outputs = {given.name: given for given in session.get_outputs()}
    for name in _OUTPUTS:
        if name in outputs:
            return name
    flat = [name for name, given in outputs.items() if len(given.shape) == 2]
    if len(flat) != 1:
        raise BadInputError(
            f"The graph gives {', '.join(outputs)[:80]} and no logits: it is no text classifier.",
            "Ask its author for an export of the task text-classification.",
        )
    return str(flat[0])


def _open(path: Path, threads: int) -> InferenceSession:
    try:
        return start_session(path, threads)
    except Exception as error:  # ONNX Runtime raises many kinds, all of which mean: not readable
        raise UnavailableError(
            f"{path.name} cannot be opened by ONNX Runtime ({type(error).__name__}).",
            "Ask its author for an export with standard operators.",
        ) from error
