"""Opens the store of feedback when it is first needed, with what runs beside it while the app does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from settings import Settings

OpenStore = Callable[[], "FeedbackStore"]
"""Gives the store of feedback when it is first needed."""

if TYPE_CHECKING:
    from feedback.hub_copy import CopyStatus, HubCopy
    from feedback.retention import Retention
    from feedback.store import FeedbackStore


class StoreOpener:
    """Gives the one store of a process. Safe to call from many threads.

    Args:
        settings: Where the database is, and where its copy.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._store: FeedbackStore | None = None
        self._copy: HubCopy | None = None
        self._retention: Retention | None = None

    def __call__(self) -> FeedbackStore:
        """The store, opened and migrated the first time."""
        with self._lock:
            if self._store is None:
                self._store = self._open()
            return self._store

    @property
    def copy_status(self) -> CopyStatus | None:
        """How the copy on the Hub stands; None without one, or before the store was opened."""
        return self._copy.status if self._copy is not None else None

    def close(self) -> None:
        """Copies a last time, and closes the store."""
        with self._lock:
            if self._retention is not None:
                self._retention.stop()
            if self._copy is not None:
                self._copy.close()
            if self._store is not None:
                self._store.close()
            self._store = self._copy = self._retention = None

    def _open(self) -> FeedbackStore:
        from feedback.retention import Retention
        from feedback.store import FeedbackStore  # SQLAlchemy and Alembic: not while the app starts

        store = FeedbackStore.open(self._settings)
        if self._settings.feedback_dataset:
            from feedback.hub_copy import HubCopy

            self._copy = HubCopy(store.access, self._settings)
            self._copy.start()
        self._retention = Retention(store.access, self._settings.retention_days)
        self._retention.start()
        return store


def copy_status_of(open_store: OpenStore | None) -> Callable[[], CopyStatus | None]:
    """Says how the copy on the Hub stands of what somebody opens; None where that has no copy."""

    def status() -> CopyStatus | None:
        return open_store.copy_status if isinstance(open_store, StoreOpener) else None

    return status
