"""An ONNX graph, opened when it is first needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from errors import UnavailableError
from router_models.run_limit import RunLimit

MASK = "attention_mask"
"""Input that says how many tokens a run is over."""

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
"""What runs a graph, best first: a GPU where onnxruntime-gpu is installed, and the CPU for what the GPU cannot do."""

REBUILD = "Restore the file from the repository, or rebuild it with the training script in router_models/training."


class OnnxModel:
    """An ONNX file, opened on first use; safe to run from many threads.

    Args:
        path: The ONNX file.
        outputs: Names of the outputs to compute.
        threads: Threads for one run, and runs side by side; 0 is one per core.
        small: Runs over at most so many tokens, padding included, take one thread: to wake others would take longer
            than they save. It costs a second copy of the weights in memory; 0 does without.
        run_limit_s: A run that takes longer is stopped, and none follows it; 0 is as long as it takes.
    """

    def __init__(
        self, path: Path, outputs: Sequence[str], threads: int = 0, small: int = 0, run_limit_s: float = 0.0
    ) -> None:
        self.path = path
        self._outputs = list(outputs)
        self._threads = threads
        self._lock = threading.Lock()
        self._small = 0 if threads == 1 else small
        self._limit = RunLimit(run_limit_s) if run_limit_s else None
        self._session: InferenceSession | None = None
        self._small_session: InferenceSession | None = None

    def load(self) -> None:
        """Opens the file once.

        Raises:
            UnavailableError: The file is missing or is not a model that ONNX Runtime can read.
        """
        self._sessions()

    def unload(self) -> None:
        """Gives the memory back; the file is opened again when it is needed. A run under way goes on to its end."""
        with self._lock:
            self._session = self._small_session = None

    def run(self, **inputs: NDArray[Any]) -> Sequence[Any]:
        """Runs the graph on the arrays that it reads, by name; returns its outputs in the order asked for."""
        session, small_session = self._sessions()
        if small_session is not None and inputs[MASK].size <= self._small:
            session = small_session
        return self._run(session, inputs)

    def run_each(self, batches: Sequence[Mapping[str, NDArray[Any]]]) -> list[Sequence[Any]]:
        """Runs the graph on several batches side by side, one thread each; returns their outputs in order.

        The threads of one run wait for each other after every layer, and the slowest sets the pace: the busier the
        machine, the longer. Runs of their own do not wait. It costs another copy of the weights in memory, from the
        first time that there is more than one batch.

        Args:
            batches: What the graph reads, by name; the costliest last.
        """
        workers = self._threads or cores()
        if len(batches) < 2 or workers == 1:
            return [self.run(**batch) for batch in batches]
        self.load()
        session = self._single_threaded()

        def run(batch: Mapping[str, NDArray[Any]]) -> Sequence[Any]:
            return self._run(session, batch)

        costliest_first = list(_side_by_side(workers).map(run, reversed(batches)))  # no worker ends long after the rest
        return costliest_first[::-1]

    def _run(self, session: InferenceSession, inputs: Mapping[str, NDArray[Any]]) -> Sequence[Any]:
        if self._limit is not None:
            return self._limit.run(session, self._outputs, inputs)
        outputs: Sequence[Any] = session.run(self._outputs, inputs)
        return outputs

    def _sessions(self) -> tuple[InferenceSession, InferenceSession | None]:
        with self._lock:
            if self._session is None:
                if self._small:
                    self._small_session = _open_session(self.path, threads=1)
                self._session = _open_session(self.path, self._threads)
            return self._session, self._small_session

    def _single_threaded(self) -> InferenceSession:
        with self._lock:
            if self._small_session is None:
                self._small_session = _open_session(self.path, threads=1)
            return self._small_session


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _side_by_side(workers: int) -> ThreadPoolExecutor:
    """Threads for runs beside each other, all models together: more than there are cores would only take turns."""
    return ThreadPoolExecutor(workers, thread_name_prefix="onnx")


def _open_session(path: Path, threads: int) -> InferenceSession:
    if not path.is_file():
        raise UnavailableError(f"The weights {path} are missing.", REBUILD)
    try:
        return start_session(path, threads)
    except Exception as error:  # ONNX Runtime raises many kinds, all of which mean: not readable
        raise UnavailableError(f"The weights {path} cannot be read: {error}.", REBUILD) from error


def start_session(path: Path, threads: int) -> InferenceSession:
    """Opens an ONNX file; what ONNX Runtime raises goes through.

    Args:
        path: The file.
        threads: Threads for one run; 0 is one per core.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin after a run would slow whatever runs next, here the other encoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers = [name for name in PROVIDERS if name in onnxruntime.get_available_providers()]
    return onnxruntime.InferenceSession(str(path), options, providers=providers)
