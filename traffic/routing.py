"""Runs chosen routers over a user's prompts, in a thread: with progress, and an end as soon as it is wanted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from errors import BadInputError, PlaygroundError
from router_models import RouterPanel
from traffic.embedding_tap import EmbeddingTap
from traffic.gathering import Gathered
from traffic.routed import Routed

CHUNK_ROWS = 64
"""Prompts between two looks at whether to stop; other visitors wait no longer than for one chunk of them. They are not
sorted by length beforehand, though that would save some padding: what is there after a stop must be a fair sample."""

GROUPED_ROWS = 2_000
"""Prompts of which embeddings are kept: enough to find groups, and a second of work."""

SEED = 0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        done: Prompts routed.
        total: All prompts.
        rows_per_s: Prompts in a second so far.
        left_s: Seconds that the rest will take, by the characters that are left; None at the beginning.
        running: Whether it is still at work.
    """

    done: int
    total: int
    rows_per_s: float
    left_s: float | None
    running: bool


class RoutingRun:
    """One run of some routers over some prompts.

    Prompts are taken in random order, so that what there is after a stop is a random sample of them.

    Args:
        panel: The routers.
        prompts: Texts, cleaned.
        routers: Ids of those to run; none that asks an LLM.
        groups: Whether to keep embeddings of up to `GROUPED_ROWS` prompts.

    Raises:
        UnknownNameError: There is no such router.
        BadInputError: None is chosen, or one asks an LLM for every prompt.
    """

    def __init__(self, panel: RouterPanel, prompts: Sequence[str], routers: Sequence[str], *, groups: bool) -> None:
        chosen = panel.line_up.chosen(routers, waiting=False)
        if not chosen:
            raise BadInputError("No router is chosen.", "Choose one at least.")
        asking = [router.id for router in chosen if router.waits]
        if asking:
            raise BadInputError(
                f"{', '.join(asking)} would ask an LLM for every prompt.", "Choose routers that decide on their own."
            )
        self._panel = panel
        self._prompts = prompts
        self._names = [name for name in panel.ids if name in {router.id for router in chosen}]
        self._tapped = chosen[0]
        self._grouped = GROUPED_ROWS if groups else 0
        self._lengths = np.array([len(prompt) for prompt in prompts], dtype=np.int64)
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._begun = time.monotonic()
        self._seconds = 0.0
        self._done = self._done_length = 0
        self._result: Routed | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="traffic", daemon=True)

    def start(self) -> None:
        """Begins; called once."""
        self._begun = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Ends the run after the chunk that is at work; what is there stays."""
        self._stop.set()

    def wait(self, timeout_s: float) -> bool:
        """Waits for the end; whether it has come."""
        return self._ended.wait(timeout_s)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stop.is_set()

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self._thread.is_alive() and not self._ended.is_set()

    def progress(self) -> Progress:
        """How far it is."""
        done, length = self._done, self._done_length
        seconds = self._seconds or time.monotonic() - self._begun
        left = int(self._lengths.sum()) - length
        left_s = seconds * left / length if length else None
        return Progress(done, len(self._prompts), done / seconds if seconds else 0.0, left_s, not self._ended.is_set())

    def follow(self, every_s: float = 0.3) -> Iterator[Progress]:
        """How far it is, again and again until it has ended. Who stops reading stops the run."""
        try:
            while not self.wait(every_s):
                yield self.progress()
            yield self.progress()
        finally:
            self.stop()

    def result(self) -> Routed:
        """What the routers said, once the run has ended.

        Raises:
            PlaygroundError: It failed, or was stopped before anything was routed.
        """
        if self._error is not None:
            raise self._error
        if self._result is None or not len(self._result):
            raise BadInputError("The run was stopped before any prompt was routed.", "Start it again.")
        return self._result

    def _work(self) -> None:
        gathered = Gathered(self._panel, len(self._prompts))
        try:
            for rows, grouped in self._chunks():
                if self._stop.is_set():
                    break
                self._route(gathered, rows, grouped=grouped)
            self._seconds = time.monotonic() - self._begun
            self._result = gathered.routed(self._names, self._seconds)
        except PlaygroundError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  it is shown to the user by whoever asks for the result
            logger.error("a run over a user's prompts failed with %s", type(error).__name__)  # its text may quote them
            self._error = error
        finally:
            self._ended.set()

    def _route(self, gathered: Gathered, rows: Sequence[int], *, grouped: bool) -> None:
        tap = EmbeddingTap(self._panel[self._tapped.id])
        replace = {self._tapped.id: tap} if grouped else None
        prompts = [self._prompts[row] for row in rows]
        gathered.put(rows, self._panel.run_batch(prompts, self._names, replace, novelty=False))
        if tap.embeddings:
            gathered.put_embeddings(rows, np.concatenate(tap.embeddings))
        self._done += len(rows)
        self._done_length += int(self._lengths[list(rows)].sum())

    def _chunks(self) -> Iterator[tuple[list[int], bool]]:
        """Rows of each chunk, and whether their embeddings are kept: those of the first ones, which are a sample."""
        order = np.random.default_rng(SEED).permutation(len(self._prompts))
        edges = sorted({0, min(self._grouped, len(order)), len(order)})
        for start, stop in pairwise(edges):
            for at in range(start, stop, CHUNK_ROWS):
                yield order[at : min(at + CHUNK_ROWS, stop)].tolist(), stop <= self._grouped
