"""Who can be asked to label: everybody who has labelled here, and the visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedback.annotator_names import shown_name
from feedback.visitor import Visitor

if TYPE_CHECKING:
    from feedback.label_store import LabelStore


def people_choices(store: LabelStore, visitor: Visitor) -> list[tuple[str, str]]:
    """Names with the pseudonyms behind them, the visitor first.

    Args:
        store: Knows who has labelled.
        visitor: Who is looking.
    """
    others = [author for author in store.annotators() if author != visitor.author]
    return [
        (f"{shown_name(visitor.author)} (you)", visitor.author),
        *((shown_name(author), author) for author in others),
    ]
