"""Records events without slowing requests down: they wait in memory, and one thread commits them in batches.

What was not committed when the process is killed is lost, which is about a second; what was is kept whole. Events are
dropped, and counted, where more of them wait than fit: a database that is gone must not fill the memory.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from errors import PlaygroundError
from feedback.usage_event import UsageEvent

if TYPE_CHECKING:
    from feedback.usage_store import UsageStore

Making = Callable[[], Sequence[UsageEvent]]
"""Makes the events of one request: the thread does that, so that the request need not."""

MOST_REQUESTS = 5_000
"""Requests whose events are still to be made; that is done at once, so their prompts are not kept in memory."""

MOST_EVENTS = 50_000
"""Events that may wait for a database that is gone: some 50 MB."""

BATCH = 250
"""Events in one transaction: it keeps votes waiting no longer than some 25 ms on SQLite."""

GATHER_S = 0.5
RETRY_S = 1.0
LONGEST_RETRY_S = 30.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecorderState:
    """How recording goes.

    Attributes:
        waiting: Events that are not committed yet; a request whose events are still to be made counts as one.
        written: Events that were committed.
        dropped: Events that are lost, as too many waited or they could not be made.
        problem: Why nothing can be written at the moment; '' where all is well.
    """

    waiting: int
    written: int
    dropped: int
    problem: str


class UsageRecorder:
    """Takes events from any thread at any time.

    Args:
        open_store: Gives the store; called by the recorder's own thread.
        after: Called by that thread after each batch, and when `wake` was called.
        most: Events that may wait.
    """

    def __init__(
        self, open_store: Callable[[], UsageStore], after: Callable[[], None] | None = None, most: int = MOST_EVENTS
    ) -> None:
        self._open_store = open_store
        self._after = after
        self._most = most
        self._requests: deque[Making] = deque()
        self._making = False
        self._events: deque[UsageEvent] = deque()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._urgent = self._woken = self._closed = False
        self._written = self._dropped = 0
        self._problem = ""
        self._delay_s = RETRY_S
        self._retry_at = 0.0

    def record(self, make: Making) -> None:
        """Takes the events of one request; returns at once.

        Args:
            make: Makes them, soon and on another thread.
        """
        with self._news:
            if len(self._requests) >= min(MOST_REQUESTS, self._most) or self._closed:
                self._dropped += 1
                return
            self._requests.append(make)
            self._start()
            self._news.notify_all()

    def wake(self) -> None:
        """Has the thread call `after` soon, though nothing was recorded."""
        with self._news:
            if not self._closed:
                self._woken = True
                self._start()
                self._news.notify_all()

    def state(self) -> RecorderState:
        """How it goes."""
        with self._news:
            waiting = len(self._requests) + self._making + len(self._events)
            return RecorderState(waiting, self._written, self._dropped, self._problem)

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Writes everything that waits now; returns whether that is done within the time."""
        with self._news:
            self._urgent = True
            self._news.notify_all()
            return self._news.wait_for(self._is_done, timeout_s)

    def close(self, timeout_s: float = 10.0) -> bool:
        """Writes what waits and ends; later events are dropped. Returns whether all was written."""
        with self._news:
            self._closed = self._urgent = True
            self._news.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        with self._news:
            return self._is_done()

    def _is_done(self) -> bool:
        return not (self._requests or self._making or self._events)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._news:
                pause_s = max(0.0, self._retry_at - time.monotonic()) if self._problem else None
                self._news.wait_for(self._has_news, pause_s)
                if not self._events and not self._woken:  # others may come meanwhile: one commit for all of them
                    self._news.wait_for(self._is_urgent, GATHER_S)
            self._make()
            with self._news:
                if self._closed and self._is_done():
                    return
                due = self._urgent or not self._problem or time.monotonic() >= self._retry_at
            if due and not self._write() and self._closed:
                return  # what could not be written by now is lost

    def _has_news(self) -> bool:
        writable = bool(self._events or self._woken) and not self._problem
        return bool(self._requests or writable or self._urgent or self._closed)

    def _is_urgent(self) -> bool:
        return self._urgent or self._closed or len(self._requests) >= BATCH

    def _make(self) -> None:
        """Makes the events of all requests that wait."""
        while True:
            with self._news:
                self._making = bool(self._requests)
                if not self._requests:
                    return
                make = self._requests.popleft()
            try:
                made = list(make())
            except Exception as error:  # noqa: BLE001  logged and counted: a defect here must not end the thread
                self._lose(error, 1)
                continue
            with self._news:
                room = max(0, self._most - len(self._events))
                self._events.extend(made[:room])
                self._dropped += len(made[room:])

    def _write(self) -> bool:
        """Commits a batch; its ids make a second attempt harmless. Returns whether that went well."""
        batch = list(islice(self._events, BATCH))
        problem, written, ended = "", 0, False
        try:
            written = self._open_store().add(batch) if batch else 0
            ended = True
        except PlaygroundError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001  as above; a second attempt would not help
            self._lose(error, len(batch))
            ended = True
        problem = problem or self._told()
        with self._news:
            if ended:
                for _ in batch:
                    self._events.popleft()
                self._written += written
            if problem and problem != self._problem:
                logger.warning("%s", problem)
            self._delay_s = min(LONGEST_RETRY_S, 2 * self._delay_s) if problem and self._problem else RETRY_S
            self._retry_at = time.monotonic() + self._delay_s
            self._problem = problem
            self._woken = False
            self._urgent = self._urgent and not problem and not self._is_done()
            self._news.notify_all()
        return not problem

    def _told(self) -> str:
        """Tells others that there is news; returns why that failed, if it did."""
        try:
            if self._after is not None:
                self._after()
        except PlaygroundError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  as above
            self._lose(error, 0)
        return ""

    def _lose(self, error: Exception, events: int) -> None:
        """Counts lost events; only the error's type and place are logged, as its message may quote a prompt."""
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
        logger.error("usage could not be recorded: %s at %s", type(error).__name__, where)
        with self._news:
            self._dropped += events
