"""An ONNX graph, opened when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from errors import UnavailableError

MASK = "attention_mask"
"""Input that says how many tokens a run is over."""

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

REBUILD = "Restore the file from the repository, or rebuild it with the training script in router_models/training."


class OnnxModel:
    """An ONNX file, opened on first use; safe to run from many threads.

    Args:
        path: The ONNX file.
        outputs: Names of the outputs to compute.
        threads: Threads for one run; 0 lets ONNX Runtime choose (one per core).
        small: Runs over at most so many tokens, padding included, take one thread: to wake others would take longer
            than they save. It costs a second copy of the weights in memory; 0 does without.
    """

    def __init__(self, path: Path, outputs: Sequence[str], threads: int = 0, small: int = 0) -> None:
        self.path = path
        self._outputs = list(outputs)
        self._threads = threads
        self._lock = threading.Lock()
        self._small = 0 if threads == 1 else small
        self._session: InferenceSession | None = None
        self._small_session: InferenceSession | None = None

    def load(self) -> None:
        """Opens the file once.

        Raises:
            UnavailableError: The file is missing or is not a model that ONNX Runtime can read.
        """
        with self._lock:
            if self._session is None:
                if self._small:
                    self._small_session = _open_session(self.path, threads=1)
                self._session = _open_session(self.path, self._threads)

    def run(self, **inputs: NDArray[Any]) -> Sequence[Any]:
        """Runs the graph on the arrays that it reads, by name; returns its outputs in the order asked for."""
        self.load()
        assert self._session is not None  # noqa: S101  load() has set it or raised; tells the type checker
        session = self._session
        if self._small_session is not None and inputs[MASK].size <= self._small:
            session = self._small_session
        outputs: Sequence[Any] = session.run(self._outputs, inputs)
        return outputs


def _open_session(path: Path, threads: int) -> InferenceSession:
    if not path.is_file():
        raise UnavailableError(f"The weights {path} are missing.", REBUILD)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin after a run would slow whatever runs next, here the other encoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises many kinds, all of which mean: not readable
        raise UnavailableError(f"The weights {path} cannot be read: {error}.", REBUILD) from error
