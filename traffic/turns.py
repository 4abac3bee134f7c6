"""One at a time, first come first served: unlike a lock, who has just had a turn waits behind all who wait already."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Hands out turns in the order in which they are asked for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asked = self._had = 0

    @property
    def waiting(self) -> int:
        """How many have asked and have not had theirs yet, the one whose turn it is included."""
        with self._changed:
            return self._asked - self._had

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Waits for a turn, and keeps it."""
        with self._changed:
            place = self._asked
            self._asked += 1
            while self._had != place:
                self._changed.wait()
        try:
            yield
        finally:
            with self._changed:
                self._had += 1
                self._changed.notify_all()
