"""Runs chosen routers over a user's prompts, in a thread: with progress, and an end as soon as it is wanted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from errors import BadInputError, PlaygroundError, UnknownNameError
from router_models import RouterPanel
from router_models.base import Router
from router_models.decision import Unavailable
from traffic.embedding_tap import EmbeddingTap
from traffic.gathering import Gathered
from traffic.routed import Routed
from traffic.turns import Turns

CHUNK_ROWS = 64
CHUNK_CHARACTERS = 16_000
"""Prompts between two looks at whether to stop: so many, and of so many characters together if they are more than one.
They are not sorted by length beforehand, though that would save some padding: what is there after a stop must be a fair
sample."""

GROUPED_ROWS = 2_000
"""Prompts of which embeddings are kept: enough to find groups, and a second of work."""

SEED = 0
_turns = Turns()
"""Runs over files take turns, chunk by chunk, so that all of them together hold one of the panel's slots."""

_MEND = "Run the routers again, without it or once it is back."

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
        order = panel.ids
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
        # Once for the whole run: a version that is switched meanwhile must not answer for half of the prompts.
        found = {router.id: router for router in chosen}
        self._routers = {name: found[name] for name in (*order, *found) if name in found}
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
        gathered = Gathered(self._panel.catalogue, self._routers, len(self._prompts))
        try:
            for rows, grouped in self._chunks():
                with _turns.mine():
                    if self._stop.is_set():
                        break
                    self._route(gathered, rows, grouped=grouped)
            self._seconds = time.monotonic() - self._begun
            self._result = gathered.routed(self._seconds)
        except PlaygroundError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  it is shown to the user by whoever asks for the result
            logger.error("a run over a user's prompts failed with %s", type(error).__name__)  # its text may quote them
            self._error = error
        finally:
            self._ended.set()

    def _route(self, gathered: Gathered, rows: Sequence[int], *, grouped: bool) -> None:
        prompts = [self._prompts[row] for row in rows]
        while True:
            running = self._still_there(gathered)
            taps = [EmbeddingTap(router) for router in list(running.values())[:1] if grouped]
            replace = running | {tap.id: tap for tap in taps}
            try:
                runs = self._panel.run_batch(prompts, list(running), replace, novelty=False)
            except UnknownNameError:
                if len(self._still_there(gathered)) == len(running):
                    raise
                continue  # one was removed this very moment
            break
        gathered.put(rows, runs)
        embeddings = [part for tap in taps for part in tap.embeddings]
        if embeddings:
            gathered.put_embeddings(rows, np.concatenate(embeddings))
        self._done += len(rows)
        self._done_length += int(self._lengths[list(rows)].sum())

    def _still_there(self, gathered: Gathered) -> dict[str, Router]:
        """The run's routers, but for those that were removed from the panel: these are left out, and it is said."""
        now = self._panel.line_up.now
        for name, router in self._routers.items():
            if name not in now:
                gathered.leave_out(Unavailable(name, f"{router.title} was removed while it ran.", _MEND))
        return {name: router for name, router in self._routers.items() if name in now}

    def _chunks(self) -> Iterator[tuple[list[int], bool]]:
        """Rows of each chunk, and whether their embeddings are kept: those of the first ones, which are a sample."""
        order = np.random.default_rng(SEED).permutation(len(self._prompts))
        edges = sorted({0, min(self._grouped, len(order)), len(order)})
        for start, stop in pairwise(edges):
            rows: list[int] = []
            length = 0
            for row in order[start:stop].tolist():
                if rows and (len(rows) == CHUNK_ROWS or length + self._lengths[row] > CHUNK_CHARACTERS):
                    yield rows, stop <= self._grouped
                    rows, length = [], 0
                rows.append(row)
                length += int(self._lengths[row])
            if rows:
                yield rows, stop <= self._grouped
