"""A router on its way from the Hub: how far it is, how to stop it, and what became of it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from errors import BadInputError, PlaygroundError, UnknownNameError
from pages._defects import as_shown

if TYPE_CHECKING:
    from router_models.hub.download import Progress

State = Literal["running", "done", "failed", "cancelled"]
MOST_KEPT = 16
"""Ended ones of which it is remembered what became of them."""

Work = Callable[[Callable[["Progress"], None]], str]
"""Adds a router, tells how far it is, and returns its id."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one is.

    Attributes:
        state: Whether it runs, and else how it ended.
        done_bytes: Downloaded so far.
        total_bytes: To download in all; 0 while that is not known.
        file: Which file it is at.
        router: Id of the router that was added; ''.
        error: Why it failed; None.
    """

    state: State = "running"
    done_bytes: int = 0
    total_bytes: int = 0
    file: str = ""
    router: str = ""
    error: PlaygroundError | None = None


class Job:
    """One router; it goes on though its tab was closed.

    Args:
        work: Adds it.
        about: What it adds, for people.

    Attributes:
        told: Whether somebody was told how it ended.
    """

    def __init__(self, work: Work, about: str = "") -> None:
        self.id = secrets.token_hex(8)
        self.about = about
        self.told = False
        self._work = work
        self._stop = threading.Event()
        self._standing = Standing()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="add-router", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def cancel(self) -> None:
        """Stops it at the next piece of a file; what is downloaded is kept for the next time."""
        self._stop.set()

    @property
    def standing(self) -> Standing:
        """How far it is."""
        return self._standing

    def _run(self) -> None:
        from router_models.hub.download import DownloadCancelledError

        try:
            self._standing = Standing("done", router=self._work(self._told))
        except DownloadCancelledError:
            self._standing = Standing("cancelled")
        except BaseException as error:  # noqa: BLE001  also a panic in a library; logged, shown to who waits for it
            self._standing = Standing("failed", error=as_shown(error))
        finally:
            self.ended.set()

    def _told(self, progress: Progress) -> None:
        from router_models.hub.download import DownloadCancelledError

        if self._stop.is_set():
            raise DownloadCancelledError
        self._standing = Standing("running", progress.done_bytes, progress.total_bytes, progress.file)


class Jobs:
    """All of them; one runs at a time, so that no visitor fills the disk with many at once. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def start(self, work: Work, about: str = "") -> Job:
        """Starts one.

        Args:
            work: Adds a router.
            about: Which, for people.

        Raises:
            BadInputError: Another one runs.
        """
        with self._lock:
            if any(job.standing.state == "running" for job in self._jobs.values()):
                raise BadInputError("Another router is being added right now.", "Try again when it is there.")
            job = Job(work, about)
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-MOST_KEPT]:
                del self._jobs[old]
        job.start()
        return job

    def untold(self) -> Job | None:
        """The last one, while it runs and until somebody was told how it ended; else None."""
        last = next(reversed(self._jobs.values()), None)
        return None if last is None or last.told else last

    def __getitem__(self, job_id: str) -> Job:
        """The one of that id.

        Raises:
            UnknownNameError: There is none, or it was long ago.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise UnknownNameError("The app knows nothing of this download.", "Look at the cards, or add it again.")
        return job
