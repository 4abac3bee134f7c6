"""Labels for tests."""

from __future__ import annotations

from typing import Any

from feedback.label_records import Label, Rating
from feedback.label_store import LabelStore
from feedback.rows import sha256


def label(prompt: str, annotator: str = "ann", tier: int | None = 1, **changes: Any) -> Label:
    """A label of a prompt that is known by its text."""
    fields: dict[str, Any] = {"prompt_sha256": sha256(prompt), "annotator": annotator, "tier": tier}
    return Label(**(fields | changes))


def rating(**changes: Any) -> Rating:
    """A rating of an answer."""
    fields: dict[str, Any] = {"kind": "completion", "subject": "answer-1", "author": "ann", "thumb": "up"}
    return Rating(**(fields | changes))


def prompts(number: int, about: str = "rivers") -> list[str]:
    """So many different prompts."""
    return [f"Tell me fact {position} about {about}." for position in range(number)]


def queue(store: LabelStore, number: int = 10, **options: Any) -> list[str]:
    """Queues so many prompts and returns them."""
    texts = prompts(number)
    store.add_items(texts, "importer", origin="rivers.csv", **options)
    return texts


def next_prompt(store: LabelStore, annotator: str) -> str | None:
    """Text of the prompt that this annotator gets next."""
    item = store.next_item(annotator)
    return None if item is None else item.prompt


def label_next(store: LabelStore, annotator: str, **said: Any) -> str | None:
    """Labels what comes next for this annotator and returns its text; None if nothing does."""
    item = store.next_item(annotator)
    if item is None:
        return None
    assert store.save_label(label(item.prompt, annotator, **said))
    return item.prompt
