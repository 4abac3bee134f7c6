"""Deletes texts that have been kept long enough, once a day while the app runs."""

from __future__ import annotations

import logging
import threading

from feedback.access import Access
from feedback.faults import StoreError
from feedback.texts import purge

EVERY_S = 24 * 3600.0
_RETRY_S = 600.0

logger = logging.getLogger(__name__)


class Retention:
    """Purges now and then in a thread of its own.

    Args:
        access: Transactions on the database of feedback.
        retention_days: How long texts are kept; with 0 nothing is ever deleted and no thread runs.
    """

    def __init__(self, access: Access, retention_days: int) -> None:
        self._access, self._days = access, retention_days
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Purges for the first time soon; returns at once."""
        if self._days > 0 and self._thread is None:
            self._thread = threading.Thread(target=self._work, name="retention", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends after the chunk at hand, and waits for it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                deleted = purge(self._access, self._days)
            except StoreError as error:
                logger.warning("texts could not be purged: %s", error)
                self._stop.wait(_RETRY_S)
                continue
            if deleted:
                logger.info("%d texts older than %d days were deleted", deleted, self._days)
            self._stop.wait(EVERY_S)
