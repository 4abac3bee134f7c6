"""Who is asking what at the moment: of two runs that need the same answer one asks, and the other waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager


class Claims:
    """Claims by key, for all runs of one process, whichever event loops they run in.

    Replicas do not know of each other's: two of them that judge the same prompts at the same moment may both pay.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Future[None]] = {}

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Holds a key until the block is left; waits while somebody else holds it."""
        while (other := self._take(key)) is not None:
            # Shielded: who gives up waiting must not end the claim of the one who asks.
            await asyncio.shield(asyncio.wrap_future(other))
        try:
            yield
        finally:
            with self._lock:
                mine = self._held.pop(key)
            mine.set_result(None)

    def _take(self, key: str) -> Future[None] | None:
        """The claim that stands in the way; None where the key is held now."""
        with self._lock:
            other = self._held.get(key)
            if other is None:
                self._held[key] = Future()
            return other
