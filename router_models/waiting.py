"""Routers that wait for an LLM, asked in the background: a prompt's results come in one by one."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from errors import PlaygroundError
from router_models.base import Router
from router_models.decision import RouterScore, Unavailable
from router_models.panel import PanelRun, RouterPanel

WORKERS = 2
"""Routers asked at the same time, all users together; the local LLM answers one after the other anyway."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the routers of one prompt have come.

    Attributes:
        run: What all routers have said so far.
        pending: Ids of the routers that are still to answer, in panel order.
        answered: How many of the waiting routers have answered.
    """

    run: PanelRun
    pending: tuple[str, ...] = ()
    answered: int = 0


class WaitingRun:
    """What the waiting routers have said of one prompt so far. Safe to use from many threads.

    Args:
        run: What the other routers said.
        names: Ids of the routers to ask, in panel order.
        order: All router ids, in panel order.
        replace: Routers to run instead of the panel's own of that id.
    """

    def __init__(
        self, run: PanelRun, names: tuple[str, ...], order: tuple[str, ...], replace: Mapping[str, Router] | None
    ) -> None:
        self.prompt = run.prompt
        self.replace = replace
        self._order = order
        self._to_ask = deque(names)
        self._asking: set[str] = set()
        self._results: dict[str, RouterScore | Unavailable] = {}
        self._lock = threading.Lock()

    def progress(self, run: PanelRun) -> Progress:
        """A run with these results among its own, in panel order, and what is still to come."""
        with self._lock:
            answered = dict(self._results)
            pending = tuple(name for name in self._order if name in self._to_ask or name in self._asking)
        results = {result.router: result for result in run.results} | answered
        merged = tuple(results[name] for name in self._order if name in results)
        return Progress(dataclasses.replace(run, results=merged), pending, len(answered))

    def has_news(self, known: int) -> bool:
        """Whether there are more than `known` results, or none is to come."""
        with self._lock:
            return len(self._results) > known or not (self._to_ask or self._asking)

    def cancel(self) -> None:
        """Asks no further router: the prompt is not of interest any more."""
        with self._lock:
            self._to_ask.clear()

    def take(self) -> str | None:
        """Hands out the next router to ask; None if there is none."""
        with self._lock:
            if not self._to_ask:
                return None
            name = self._to_ask.popleft()
            self._asking.add(name)
            return name

    def put(self, name: str, result: RouterScore | Unavailable) -> None:
        """Keeps a router's result."""
        with self._lock:
            self._asking.discard(name)
            self._results[name] = result


class WaitingQueue:
    """Asks the waiting routers of a panel for many users, who take turns router by router.

    Args:
        panel: The routers.
        workers: How many routers are asked at the same time.
    """

    def __init__(self, panel: RouterPanel, workers: int = WORKERS) -> None:
        self._panel = panel
        self._workers = workers
        self._started = 0
        self._runs: deque[WaitingRun] = deque()
        self._filled = threading.Condition()

    def ask(self, run: PanelRun, replace: Mapping[str, Router] | None = None) -> WaitingRun:
        """Queues the waiting routers for the prompt of a run; returns at once."""
        waiting = WaitingRun(run, self._panel.waiting_ids, self._panel.ids, replace)
        with self._filled:
            self._runs.append(waiting)
            if self._started < self._workers:
                self._started += 1
                threading.Thread(target=self._work, name="waiting-routers", daemon=True).start()
            self._filled.notify()
        return waiting

    def _work(self) -> None:
        main = threading.main_thread()
        while True:
            with self._filled:
                self._filled.wait_for(lambda: bool(self._runs))
                waiting = self._runs.popleft()
            if not main.is_alive():  # the process is ending: nobody waits for an answer, and no thread can be started
                return
            name = waiting.take()
            if name is None:
                continue
            waiting.put(name, self._ask(name, waiting))
            with self._filled:  # to the end of the queue: the others' next router comes first
                self._runs.append(waiting)
                self._filled.notify()

    def _ask(self, name: str, waiting: WaitingRun) -> RouterScore | Unavailable:
        try:
            return self._panel.run(waiting.prompt, only=[name], replace=waiting.replace).results[0]
        except PlaygroundError as error:
            return Unavailable.from_error(name, error)
        except Exception as error:  # noqa: BLE001  a defect must not end the worker: its routers would stay pending
            logger.error("router %s could not be asked: %s", name, type(error).__name__)
            what = f"{self._panel[name].title} failed on this prompt."
            return Unavailable(name, what, "This is a defect; the other routers are not affected. Please report it.")
