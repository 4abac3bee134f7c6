"""Where in the queue an annotator's next prompt was last found, so that nobody passes all their labels each time.

A prompt for several people stays open, and in its place, for whoever has labelled it. After thousands of labels the way
past them takes longer than all the rest. Starting where the last search ended changes the order at most: what became
free before that place comes once the floor has run out, or nothing is left behind it.
"""

from __future__ import annotations

import threading
import time
from weakref import WeakKeyDictionary

from feedback.access import Access

MANY_LABELS = 1_000
"""Own labels from which on it is worth remembering."""

KEPT_S = 600.0
"""How long what became free earlier may have to wait, at most."""

clock = time.monotonic
"""Seconds since some moment; a name of its own, so that a test can turn this clock alone."""

_Key = tuple[str, bool]


class Floors:
    """Places by annotator and part of the queue, of one database in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[_Key, tuple[float, float]] = {}

    def get(self, annotator: str, *, random: bool) -> float | None:
        """The place to begin at; None begins at the front."""
        with self._lock:
            place, until = self._known.get((annotator, random), (0.0, 0.0))
            return place if clock() < until else None

    def put(self, annotator: str, place: float, *, random: bool) -> None:
        """Notes where a prompt was found; a floor that rises runs out as soon as it would have anyway."""
        key, now = (annotator, random), clock()
        with self._lock:
            until = self._known.get(key, (0.0, 0.0))[1]
            self._known[key] = (place, until if now < until else now + KEPT_S)


_floors: WeakKeyDictionary[Access, Floors] = WeakKeyDictionary()
_making = threading.Lock()


def floors_of(access: Access) -> Floors:
    """The one `Floors` of a database."""
    with _making:
        return _floors.setdefault(access, Floors())
