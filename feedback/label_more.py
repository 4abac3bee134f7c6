"""Prompts that others have labelled often enough, opened to one more annotator who wants to label them too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, exists, func, select, update

from feedback.access import Access
from feedback.label_items import MAX_OVERLAP
from feedback.label_rows import check_author
from feedback.label_state import is_kept, is_settled, lock_items, refresh
from feedback.label_tables import LabelItem, LabelLead

MOST = 200
"""Prompts that are opened at once: an hour's work."""


def by_others(access: Access, annotator: str) -> int:
    """See `LabelStore.by_others`."""
    check_author(annotator)
    query = select(func.count()).select_from(_done_by_others(annotator).subquery())
    with access.reading("Prompts could not be read") as connection:
        return connection.execute(query).scalar_one()


def open_too(access: Access, annotator: str) -> int:
    """See `LabelStore.open_too`."""
    check_author(annotator)
    with access.writing("The prompts could not be opened") as connection:
        found = connection.execute(_done_by_others(annotator)).scalars().all()
        lock_items(connection, found)
        one_more = update(LabelItem).where(LabelItem.prompt_sha256.in_(found)).values(wanted=LabelItem.given + 1)
        connection.execute(one_more)
        refresh(connection, found)
    return len(found)


def _done_by_others(annotator: str) -> Select[Any]:
    """Hashes, in the queue's order."""
    answered = exists().where(
        LabelLead.prompt_sha256 == LabelItem.prompt_sha256,
        LabelLead.source == "people",
        LabelLead.annotator == annotator,
        LabelLead.verdict != "undo",
    )
    closed = and_(LabelItem.open.is_(False), LabelItem.assigned.is_(False), LabelItem.wanted > 0)
    labelled = and_(LabelItem.given > 0, LabelItem.given < MAX_OVERLAP)
    query = select(LabelItem.prompt_sha256).where(closed, labelled, is_kept(), ~is_settled(), ~answered)
    return query.order_by(LabelItem.place, LabelItem.prompt_sha256).limit(MOST)
