"""Wakes what puts the queue in order: routers look at new prompts in the background, so telling ones come first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pages._label_door import LabelDoor
from router_models import RouterPanel

if TYPE_CHECKING:
    from feedback.label_priority import Prioritizing


class QueueScoring:
    """The one `Prioritizing` of the page, made when it is first needed.

    Args:
        panel: Whose doubt and dissent count.
        door: Gives the store of labels.
    """

    def __init__(self, panel: RouterPanel, door: LabelDoor) -> None:
        self._panel = panel
        self._door = door
        self._making = threading.Lock()
        self._work: Prioritizing | None = None

    def start(self) -> None:
        """Says that there may be new prompts; returns at once."""
        from feedback.label_priority import Prioritizing  # SQLAlchemy: not while the app starts

        with self._making:
            if self._work is None:
                self._work = Prioritizing(self._door.store(), self._panel)
        self._work.wake()

    def wait(self, timeout_s: float) -> bool:
        """Waits until all prompts are scored; whether they are."""
        return self._work is None or self._work.wait(timeout_s)
