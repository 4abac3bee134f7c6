"""Work in a thread of its own that tells how far it is."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any


def in_thread(work: Callable[[Callable[[float, str], None]], Any]) -> Iterator[Any]:
    """Runs work beside and gives what it tells, as tuples, and then what it came to; raises what it raised."""
    told: queue.Queue[Any] = queue.Queue()

    def tell(share: float, what: str) -> None:
        told.put((share, what))

    def run() -> None:
        try:
            told.put(work(tell))
        except Exception as error:  # noqa: BLE001  raised again where somebody waits for it
            told.put(error)

    threading.Thread(target=run, name="learning", daemon=True).start()
    while True:
        found = told.get()
        if isinstance(found, Exception):
            raise found
        yield found
        if not isinstance(found, tuple):
            return
