"""A desk of the Usage page with a real store of its own, for tests without a browser.

Tests take its fixtures by the names that they like: `desk, month = opened_desk, last_days`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from feedback.records import now
from feedback.store import FeedbackStore
from feedback.usage import Usage
from feedback.usage_event import UsageEvent
from feedback.usage_store import UsageStore
from pages._usage_page import CHARTS, OUTPUTS, UsagePage
from router_models import RouterPanel
from settings import Settings
from tests.feedback.usage_samples import cheap, event

CHOSEN = ("30", "", "", "", "paid")
PATIENCE_S = 60.0


class Desk:
    """One visitor of the page."""

    def __init__(self, panel: RouterPanel, folder: Path, **options: Any) -> None:
        self.panel = panel
        self.settings = Settings(_env_file=None, data_dir=folder, database_url=None, **options)
        self.store = FeedbackStore(self.settings)
        self.usage = Usage(panel, self.settings, self._open)
        self.page = UsagePage(self.usage, self.settings)
        self.events = UsageStore(self.store.access)

    def _open(self) -> FeedbackStore:
        return self.store

    def shows(self, *chosen: str) -> dict[str, Any]:
        values = self.page.shown("light", *(chosen or CHOSEN))
        assert len(values) == OUTPUTS
        names = ["notice", "tiles", "table", "drift", "export", "figures", "charts", "empty"]
        return dict(
            zip([*names, *(f"{part} {name}" for name in CHARTS for part in ("plot", "foot"))], values, strict=True)
        )

    def month(self) -> list[UsageEvent]:
        """Adds events of the last days, and returns them."""
        made = [
            (event if number % 3 else cheap)(
                at=now() - timedelta(days=number % 9), place=("/route", "/predict")[number % 2]
            )
            for number in range(60)
        ]
        made += [
            event(at=now(), answered=False, cost_usd=None, baseline_usd=Decimal("0.5")),
            event(at=now(), router=""),
        ]
        self.events.add(made)
        return made

    def close(self) -> None:
        self.usage.close(PATIENCE_S)
        self.store.close()


@pytest.fixture
def opened_desk(panel: RouterPanel, tmp_path: Path) -> Iterator[Desk]:
    """A desk on an empty store."""
    desk = Desk(panel, tmp_path / "data")
    yield desk
    desk.close()


@pytest.fixture
def last_days(desk: Desk) -> list[UsageEvent]:
    """Events of the last days, on the desk."""
    return desk.month()


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def desk_csv(foot: str) -> str:
    """The CSV that a chart's foot carries."""
    return unquote(unescape(foot).split("data:text/csv;charset=utf-8,")[1].split('"')[0])
