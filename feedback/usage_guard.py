"""Whether the budget is used up, known without asking the database: decisions cannot wait for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from feedback.records import now
from feedback.usage_budget import Budget, BudgetState

STALE_S = 5.0
"""After which time what is known is read again, in the background: other processes spend, too."""


class BudgetGuard:
    """Remembers where the budget stands. Safe to use from many threads.

    Until it was read for the first time no threshold is raised.

    Args:
        read: Reads where it stands; raises PlaygroundError where it cannot.
        wake: Has `refresh` called soon on another thread.
    """

    def __init__(self, read: Callable[[], BudgetState], wake: Callable[[], None]) -> None:
        self._read = read
        self._wake = wake
        self._lock = threading.Lock()
        self._state: BudgetState | None = None
        self._asked_at = float("-inf")

    def raising(self) -> Budget | None:
        """The budget whose raised threshold holds now; None where thresholds are as they were set."""
        if time.monotonic() - self._asked_at > STALE_S:
            self._asked_at = time.monotonic()
            self._wake()
        state = self._state
        return None if state is None else state.raises(now())

    def state(self) -> BudgetState | None:
        """What was last read; None before the first time."""
        return self._state

    def refresh(self) -> BudgetState:
        """Reads where the budget stands.

        Raises:
            PlaygroundError: The database failed; what was known stays.
        """
        with self._lock:
            self._state = self._read()
            self._asked_at = time.monotonic()
            return self._state
