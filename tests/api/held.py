"""A router that takes as long as a test wants."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from router_models import RouterPanel

PATIENCE_S = 60


class Held:
    """A panel's `run_batch` of one router that waits until it is let go."""

    def __init__(self, panel: RouterPanel, router: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self._run_batch, self._router = panel.run_batch, router
        monkeypatch.setattr(panel, "run_batch", self)

    def __call__(self, prompts: Sequence[str], only: Sequence[str] | None = None, **more: Any) -> Any:
        if only == [self._router]:
            self.begun.set()
            assert self.go.wait(PATIENCE_S)
        return self._run_batch(prompts, only=only, **more)
