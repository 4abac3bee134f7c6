"""A desk with a real store of its own, for tests of the Label page without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from feedback.identity import BROWSER_COOKIE
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.records import new_id
from feedback.rows import sha256
from feedback.store import FeedbackStore
from feedback.visitor import Visitor
from pages._label_desk import LabelDesk
from pages._label_door import LabelDoor
from pages._label_scoring import QueueScoring
from router_models import RouterPanel
from settings import Settings

ANNA = Visitor("browser:anna", may_label=True)
BASHIR = Visitor("browser:bashir", may_label=True)
ASKING = gr.Request(cookies={BROWSER_COOKIE: "0a" * 16})
"""A request of one browser, as callbacks get it."""

ALL_SCORED_S = 120.0
"""The panel takes a moment for a few prompts, on a busy machine a long one."""


@dataclass
class Office:
    """A desk, and what the browsers of its annotators hold."""

    panel: RouterPanel
    folder: Path
    feedback: FeedbackStore = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(data_dir=self.folder, database_url=None)
        self.feedback = FeedbackStore.open(self.settings)
        self.door = LabelDoor(self.settings, self.open_store)
        self.scoring = QueueScoring(self.panel, self.door)
        self.desk = LabelDesk(self.panel, self.open_store, self.scoring)

    def open_store(self) -> FeedbackStore:
        """As pages get it."""
        return self.feedback

    def close(self) -> None:
        """Ends; what goes on in the background ends first."""
        assert self.scoring.wait(ALL_SCORED_S)
        self.feedback.close()

    @property
    def labels(self) -> LabelStore:
        """The store behind the desk."""
        return LabelStore(self.feedback.access)

    def open(self, visitor: Visitor = ANNA) -> dict[str, Any]:
        """What a browser gets first."""
        return self.desk.opened(visitor, {})

    def give(self, choice: object, visitor: Visitor = ANNA, **fields: object) -> dict[str, Any]:
        """Labels the prompt that the visitor holds."""
        item = self.open(visitor)["item"]
        sent = {"id": new_id(), "item": item["id"], "choice": choice, "seconds": 2.5, "hold": [item["id"]]}
        return self.desk.given(visitor, {**sent, "start": item["prompt"], **fields})

    def say(self, prompt: str, tier: int, visitor: Visitor = ANNA, **fields: Any) -> None:
        """Keeps a label on that prompt, without the queue."""
        label = Label(prompt_sha256=sha256(prompt), annotator=visitor.author, tier=tier, **fields)
        self.labels.save_label(label)


def office_with(panel: RouterPanel, folder: Path, prompts: list[str], overlap: int = 1) -> Iterator[Office]:
    """An office with those prompts in its queue."""
    office = Office(panel, folder)
    office.labels.add_items(prompts, ANNA.author, origin="test", overlap=overlap)
    yield office
    office.close()
