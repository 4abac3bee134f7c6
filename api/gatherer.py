"""Dynamic batching: what is asked at about the same time is answered in one run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(eq=False)
class _Lane(Generic[Q, A]):
    """Questions of one kind: those that wait, and whether a run of them is under way."""

    name: str
    waiting: list[tuple[Q, asyncio.Future[A]]] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None
    running: bool = False


class Gatherer(Generic[Q, A]):
    """Gathers questions into batches, one lane for each kind that can share a run.

    The first question of an idle lane waits until as many have come as there are callers about, and no longer than
    `wait_ms`; so a single caller never waits. What comes during a run makes up the next one.

    Args:
        run: Answers a batch of a lane, in its order; runs on `executor`.
        executor: Threads.
        callers: How many callers are about to ask or have asked, over all lanes.
        wait_ms: Longest wait for others.
        largest: Most questions in a run.
    """

    def __init__(
        self,
        run: Callable[[str, Sequence[Q]], Sequence[A]],
        executor: Executor,
        callers: Callable[[], int],
        *,
        wait_ms: float = 2.0,
        largest: int = 64,
    ) -> None:
        self._run = run
        self._executor = executor
        self._callers = callers
        self._wait_s = wait_ms / 1000
        self._largest = largest
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Lane[Q, A]]] = WeakKeyDictionary()

    async def ask(self, lane: str, question: Q) -> A:
        """The answer to one question; raises whatever its run raised."""
        loop = asyncio.get_running_loop()
        own = self._by_loop.setdefault(loop, {}).setdefault(lane, _Lane(lane))
        answer: asyncio.Future[A] = loop.create_future()
        own.waiting.append((question, answer))
        if not own.running:
            if len(own.waiting) >= min(self._largest, self._callers()):
                self._send(own)
            elif own.timer is None:
                own.timer = loop.call_later(self._wait_s, self._send, own)
        return await answer

    def _send(self, lane: _Lane[Q, A]) -> None:
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        if lane.running or not lane.waiting:
            return
        batch, lane.waiting = lane.waiting[: self._largest], lane.waiting[self._largest :]
        lane.running = True
        questions = [question for question, _ in batch]
        done = asyncio.get_running_loop().run_in_executor(self._executor, self._run, lane.name, questions)
        done.add_done_callback(partial(self._finish, lane, [answer for _, answer in batch]))

    def _finish(
        self, lane: _Lane[Q, A], answers: Sequence[asyncio.Future[A]], done: asyncio.Future[Sequence[A]]
    ) -> None:
        lane.running = False
        failure = None if done.cancelled() else done.exception()
        for position, answer in enumerate(answers):
            if answer.done():  # whoever asked has gone
                continue
            if done.cancelled():
                answer.cancel()
            elif failure is not None:
                answer.set_exception(failure)
            else:
                answer.set_result(done.result()[position])
        self._send(lane)
