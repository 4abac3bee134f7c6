"""Stops one answer from any thread, and is the clock of its waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class StoppedError(Exception):
    """The user stopped the answer; never shown."""


class StopSignal:
    """One answer's stop button: `stop` may be called from any thread, before, while or after the answer runs."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scope: asyncio.Timeout | None = None
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped

    def stop(self) -> None:
        """Ends the answer as soon as its loop gets to it; what it has said is kept."""
        self._stopped = True
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._interrupt)

    async def within(self, deadline: float | None, wait: Callable[[], Awaitable[T]]) -> T:
        """What `wait` gives, unless the user stops it or time runs out.

        Args:
            deadline: By the clock of the event loop, in seconds; None waits for ever.
            wait: Starts the waiting.

        Raises:
            StoppedError: The user stopped it.
            TimeoutError: Time ran out.
        """
        self._loop = asyncio.get_running_loop()
        if self._stopped:
            raise StoppedError
        try:
            async with asyncio.timeout_at(deadline) as self._scope:
                return await wait()
        except TimeoutError:
            if self._stopped:
                raise StoppedError from None
            raise
        finally:
            self._scope = None

    async def pause(self, seconds: float) -> None:
        """Sleeps.

        Raises:
            StoppedError: The user stopped it.
        """
        try:
            await self.within(asyncio.get_running_loop().time() + seconds, asyncio.Event().wait)
        except TimeoutError:
            return

    def _interrupt(self) -> None:
        if self._scope is not None and not self._scope.expired():
            self._scope.reschedule(0)
