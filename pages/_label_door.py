"""The door to the labels: who asks is known and may label, and the store is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from feedback.visitor import Visitor
from pages._compare_voting import OpenStore
from pages._visitor import allowed_visitor
from settings import Settings

if TYPE_CHECKING:
    from feedback.label_store import LabelStore


class LabelDoor:
    """Lets visitors in.

    Args:
        settings: Say who may label.
        open_store: Gives the store of feedback when it is first needed.
    """

    def __init__(self, settings: Settings, open_store: OpenStore) -> None:
        self._settings = settings
        self._open_store = open_store

    def let_in(self, request: gr.Request) -> tuple[Visitor, LabelStore]:
        """Who is asking, and the store.

        Raises:
            NotAllowedError: They may not label.
        """
        return allowed_visitor(request, self._settings, "label"), self.store()

    def store(self) -> LabelStore:
        """The store of labels."""
        from feedback.label_store import LabelStore  # SQLAlchemy: not while the app starts

        return LabelStore(self._open_store().access)
