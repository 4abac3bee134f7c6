"""Reads labels, prompts and progress."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, case, exists, func, select

from feedback.access import Access
from feedback.label_queue import anything_left
from feedback.label_records import Item, LabelCounts, Progress, StoredLabel
from feedback.label_rows import as_label
from feedback.label_state import ANSWERS
from feedback.label_tables import LabelItem, LabelLead, LabelRow, RatingRow
from feedback.resolved_label import Source
from feedback.tables import TextRow

PAGE = 1_000
_RECENT = 50
_APART = LabelItem.wanted == 0
_TEXT = select(TextRow.text).where(TextRow.sha256 == LabelItem.prompt_sha256).limit(1).scalar_subquery()
_KEPT = exists().where(TextRow.sha256 == LabelItem.prompt_sha256)
_ITEM = (LabelItem.prompt_characters, LabelItem.importer, LabelItem.origin, LabelItem.random)
_ITEM_STATE = (
    LabelItem.prompt_sha256,
    LabelItem.uncertainty,
    LabelItem.disagreement,
    LabelItem.given,
    LabelItem.wanted,
    LabelItem.open,
    LabelItem.created_at,
)


def labels(
    access: Access, *, sources: Collection[Source], leading_only: bool, after: int, since: datetime | None
) -> Iterator[StoredLabel]:
    """See `LabelStore.labels`."""
    query = _labels_query(sources, leading_only)
    if since is not None:
        query = query.where(LabelRow.created_at >= since)
    while True:
        with access.reading("Labels could not be read") as connection:
            rows = connection.execute(query.where(LabelRow.number > after)).mappings().all()
        yield from (_stored(row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1]["number"]


def items(
    access: Access, *, lacking: Source | None, origin: str | None, with_text: bool, limit: int | None
) -> Iterator[Item]:
    """See `LabelStore.items`."""
    query = select(*_ITEM_STATE, *_ITEM, _TEXT.label("prompt")).order_by(LabelItem.prompt_sha256)
    if lacking is not None:
        said = and_(LabelLead.prompt_sha256 == LabelItem.prompt_sha256, LabelLead.source == lacking)
        query = query.where(~exists().where(said, LabelLead.verdict != "undo"))
    if origin is not None:
        query = query.where(LabelItem.origin == origin)
    if with_text:
        query = query.where(_KEPT)
    last, left = "", limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        with access.reading("Prompts could not be read") as connection:
            rows = connection.execute(query.where(LabelItem.prompt_sha256 > last).limit(size)).mappings().all()
        yield from (Item(**row) for row in rows)
        if len(rows) < size:
            return
        last, left = rows[-1]["prompt_sha256"], None if left is None else left - size


def progress(access: Access, annotator: str) -> Progress:
    """See `LabelStore.progress`."""
    # Counted so that an index says it: all, and of the closed ones those that were never in the queue.
    known = select(func.count()).select_from(LabelItem)
    closed = known.where(LabelItem.open == False)  # noqa: E712  SQL
    mine = select(func.count()).where(
        LabelLead.annotator == annotator, LabelLead.source == "people", LabelLead.verdict.in_(ANSWERS)
    )
    pace = (
        select(LabelRow.seconds)
        .where(LabelRow.annotator == annotator, LabelRow.source == "people")
        .order_by(LabelRow.number.desc())
        .limit(_RECENT)
    )
    with access.reading("The progress could not be read") as connection:
        total = connection.execute(known).scalar_one() - connection.execute(closed.where(_APART)).scalar_one()
        seconds = [value for value in connection.execute(pace).scalars() if value is not None]
        return Progress(
            total=total,
            done=connection.execute(closed.where(LabelItem.wanted > 0)).scalar_one(),
            mine=connection.execute(mine).scalar_one(),
            open_to_me=anything_left(access, connection, annotator),
            seconds_per_label=statistics.median(seconds) if seconds else None,
        )


def annotators(access: Access) -> dict[str, int]:
    """See `LabelStore.annotators`."""
    number = func.count().label("number")
    query = (
        select(LabelLead.annotator, number)
        .where(LabelLead.source == "people", LabelLead.verdict.in_(ANSWERS))
        .group_by(LabelLead.annotator)
        .order_by(number.desc(), LabelLead.annotator)
    )
    with access.reading("Annotators could not be read") as connection:
        return dict(connection.execute(query).tuples().all())


def origins(access: Access) -> dict[str, int]:
    """See `LabelStore.origins`."""
    number = func.count().label("number")
    query = select(LabelItem.origin, number).group_by(LabelItem.origin).order_by(number.desc(), LabelItem.origin)
    with access.reading("Origins could not be read") as connection:
        return dict(connection.execute(query).tuples().all())


def counts(access: Access) -> LabelCounts:
    """See `LabelStore.counts`."""
    kept = func.coalesce(func.sum(case((_KEPT, 1), else_=0)), 0)
    all_items = select(func.count(), kept).select_from(LabelItem)
    is_open = LabelItem.open.is_(True)
    opened = select(func.count()).select_from(LabelItem).where(is_open)
    leading = select(LabelLead.source, func.count()).where(LabelLead.verdict != "undo").group_by(LabelLead.source)
    with access.reading("Labels could not be counted") as connection:
        number, with_text = connection.execute(all_items).one()
        return LabelCounts(
            items=(with_text, number - with_text),
            open=connection.execute(opened).scalar_one(),
            unscored=connection.execute(opened.where(LabelItem.scored.is_(False))).scalar_one(),
            labels=connection.execute(select(func.count()).select_from(LabelRow)).scalar_one(),
            leading=dict(connection.execute(leading).tuples().all()),
            ratings=connection.execute(select(func.count()).select_from(RatingRow)).scalar_one(),
        )


def _labels_query(sources: Collection[Source], leading_only: bool) -> Select[Any]:
    comment = and_(TextRow.sha256 == LabelRow.comment_sha256, TextRow.author == LabelRow.annotator)
    lead = and_(
        LabelLead.prompt_sha256 == LabelRow.prompt_sha256,
        LabelLead.source == LabelRow.source,
        LabelLead.annotator == LabelRow.annotator,
        LabelLead.number == LabelRow.number,
        LabelRow.verdict != "undo",
    )
    query = (
        select(LabelRow, *_ITEM, LabelItem.created_at.label("imported_at"), LabelLead.number.label("lead"))
        .add_columns(_TEXT.label("prompt"), select(TextRow.text).where(comment).scalar_subquery().label("comment"))
        .join(LabelItem, LabelItem.prompt_sha256 == LabelRow.prompt_sha256)
        .outerjoin(LabelLead, lead)
        .where(LabelRow.source.in_(sources))
        .order_by(LabelRow.number)
        .limit(PAGE)
    )
    return query.where(LabelLead.number.is_not(None)) if leading_only else query


def _stored(row: RowMapping) -> StoredLabel:
    facts = {name: row[name] for name in ("prompt", "prompt_characters", "importer", "origin", "random", "imported_at")}
    return StoredLabel(
        number=row["number"], label=as_label(row, row["comment"] or ""), leads=row["lead"] is not None, **facts
    )
