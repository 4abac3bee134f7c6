"""How long one run of somebody else's graph may take: a graph may hold a loop without an end."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from errors import UnavailableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, RunOptions

RUN_LIMIT_S = 60.0
"""For graphs from the Hub: the panel waits for them."""

_LEAVE = "Remove the router, or ask its author."


class RunLimit:
    """Runs graphs, stops a run that takes too long, and starts none after that. Thread-safe.

    Args:
        seconds: How long one run may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stuck = False

    def run(
        self, session: InferenceSession, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]
    ) -> Sequence[Any]:
        """Runs a graph once; returns the outputs in the order asked for.

        Args:
            session: The graph.
            outputs: Names of the outputs to compute.
            inputs: What the graph reads, by name.

        Raises:
            UnavailableError: It takes too long, or did so earlier. What ONNX Runtime raises beside goes through.
        """
        if self._stuck:
            raise UnavailableError(f"It took more than {self._seconds:g} s once and is not asked again.", _LEAVE)
        import onnxruntime

        options = onnxruntime.RunOptions()
        timer = threading.Timer(self._seconds, self._stop, [options])
        timer.daemon = True
        timer.start()
        try:
            found: Sequence[Any] = session.run(list(outputs), inputs, options)
        except Exception:  # ONNX Runtime raises many kinds, and none of its own for a run that was stopped
            if self._stuck:
                raise UnavailableError(f"It took more than {self._seconds:g} s.", _LEAVE) from None
            raise
        finally:
            timer.cancel()
        return found

    def _stop(self, options: RunOptions) -> None:
        self._stuck = True
        options.terminate = True
