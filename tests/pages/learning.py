"""The Learn tab on a panel and a database of its own, for tests without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.resolved_label import ResolvedLabel
from feedback.rows import sha256
from feedback.store import FeedbackStore
from feedback.version_store import VersionStore
from pages._learn_page import DEFAULT_SOURCES, LearnPage
from router_models import RouterPanel, load_panel
from settings import Settings

NOBODY: Any = None
SOURCES = list(DEFAULT_SOURCES)


class Tab:
    """A tab on a panel and a database of its own."""

    def __init__(self, folder: Path, labels: Sequence[ResolvedLabel] = ()) -> None:
        self.settings = Settings(data_dir=folder, database_url=None, hf_token=None)
        self.store = FeedbackStore.open(self.settings)
        self.panel: RouterPanel = load_panel()
        self.versions = VersionStore(self.store.access)
        self.page = LearnPage(self.panel, self.settings, lambda: self.store)
        keep = LabelStore(self.store.access)
        keep.add_items([label.prompt for label in labels], "importer", origin="test")
        for label in labels:
            keep.save_label(Label(prompt_sha256=sha256(label.prompt), annotator="ann", tier=label.tier))

    def learn(self, router: str, task: str, aim: str = "quality", percent: float | None = 90.0) -> list[Any]:
        return list(self.page.started("light", router, task, aim, percent, SOURCES, NOBODY))
