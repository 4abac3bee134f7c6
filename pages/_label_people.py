"""Who can be asked to label, everybody who has labelled here and the visitor, and how the visitor is known."""

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


def known_by(visitor: Visitor) -> str:
    """How the app knows a visitor again, as the end of a sentence that names them."""
    kind, _, rest = visitor.author.partition(":")
    return _KNOWN.get(kind, "") if rest else ""


_KNOWN = {
    "browser": ", and this browser is known by a cookie: without it, or in another browser, you get another name",
    "tab": ", and only this tab is known, as your browser keeps no cookies: once it is closed you get another name",
    "user": ", and known by the account with which you signed in",
    "hub": ", and known by your account on the Hub",
}
