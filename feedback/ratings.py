"""What people think of answers and decisions: thumbs, stars, comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Exists, RowMapping, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from feedback.access import Access
from feedback.inserting import add_rows
from feedback.label_records import Rating, StoredRating
from feedback.label_rows import rating_row, text_row
from feedback.label_tables import RatingRow
from feedback.tables import TextRow

PAGE = 1_000
_FIELDS = tuple(field.name for field in fields(Rating) if field.name != "comment")


def save_rating(access: Access, rating: Rating) -> bool:
    """See `LabelStore.save_rating`."""
    row = rating_row(rating)
    with access.writing("Your rating could not be saved") as connection:
        if not add_rows(connection, RatingRow, [row], ["id"]):
            return False
        if row["comment_sha256"] is not None:
            add_rows(connection, TextRow, [text_row(rating.comment, rating.author, rating.created_at)])
        return True


def ratings(access: Access, *, leading_only: bool, after: int) -> Iterator[StoredRating]:
    """See `LabelStore.ratings`."""
    query = _query(leading_only=leading_only)
    while True:
        page = query.where(RatingRow.number > after).limit(PAGE)
        with access.reading("Ratings could not be read") as connection:
            rows = connection.execute(page).mappings().all()
        yield from (_stored(row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1]["number"]


def overruled() -> Exists:
    """Whether the author of a rating said something later of the same."""
    later = aliased(RatingRow)
    return exists().where(
        later.kind == RatingRow.kind,
        later.subject == RatingRow.subject,
        later.router == RatingRow.router,
        later.author == RatingRow.author,
        later.number > RatingRow.number,
    )


def _query(*, leading_only: bool) -> Select[*tuple[Any, ...]]:
    says_something = or_(
        RatingRow.thumb.is_not(None), RatingRow.stars.is_not(None), RatingRow.comment_sha256.is_not(None)
    )
    leads = and_(says_something, ~overruled())
    comment = and_(TextRow.sha256 == RatingRow.comment_sha256, TextRow.author == RatingRow.author)
    query = (
        select(RatingRow, leads.label("leads"), TextRow.text.label("comment"))
        .outerjoin(TextRow, comment)
        .order_by(RatingRow.number)
    )
    return query.where(leads) if leading_only else query


def _stored(row: RowMapping) -> StoredRating:
    rating = Rating(**{name: row[name] for name in _FIELDS}, comment=row["comment"] or "")
    return StoredRating(row["number"], rating, bool(row["leads"]))
