"""How far a run has come, and the news of it for whoever watches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal

from feedback.judge_records import State

EVERY_S = 0.25
"""Least time between two news."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A run at one moment; numbers count prompts unless they say otherwise.

    Attributes:
        total: All.
        done: With all their ratings.
        failed: Left out, as an LLM gave no usable answer.
        requests: Requests that were sent since it was started or resumed.
        spent_usd: What the run has cost, earlier starts included, of what has a price.
        state: How it stands.
        reason: Why it does not run any more, for people; '' while it runs.
        waiting: What a request waits for at the moment; mostly ''.
        stopping: Whether it ends as soon as the answers that are on their way have come.
    """

    total: int
    done: int = 0
    failed: int = 0
    requests: int = 0
    spent_usd: Decimal = Decimal(0)
    state: State = "running"
    reason: str = ""
    waiting: str = ""
    stopping: bool = False

    @property
    def running(self) -> bool:
        """Whether anything may still change."""
        return self.state == "running"

    @property
    def share(self) -> float:
        """How much of it has been dealt with, 0 to 1."""
        return (self.done + self.failed) / self.total


class ProgressBoard:
    """The latest progress of one run; written and watched in the run's event loop, read from anywhere.

    Args:
        total: Prompts of the run.
    """

    def __init__(self, total: int) -> None:
        self.now = Progress(total)
        self._news = asyncio.Event()

    def tell(self, **changes: object) -> None:
        """Changes some of it."""
        changed = replace(self.now, **changes)  # type: ignore[arg-type]  # the attributes of Progress
        if changed != self.now:
            self.now = changed
            self._news.set()

    async def follow(self) -> AsyncIterator[Progress]:
        """What is known now and, until the run has ended, what changes; the last one is of its end."""
        while True:
            self._news.clear()
            seen = self.now
            yield seen
            if not seen.running:
                return
            await asyncio.sleep(EVERY_S)
            await self._news.wait()
