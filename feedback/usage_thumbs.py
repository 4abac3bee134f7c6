"""What people thought of decisions and answers, counted for the Usage page: thumbs by router and LLM."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import cast

from sqlalchemy import func, select

from feedback.access import Access
from feedback.label_records import RatingKind
from feedback.label_tables import RatingRow
from feedback.ratings import overruled
from feedback.usage_sums import Thumbs, UsageFilter


def thumbs(access: Access, chosen: UsageFilter) -> list[Thumbs]:
    """Thumbs by kind, router and LLM, most of them first. A thumb that was changed or taken back does not count.

    Args:
        access: Transactions on the database of feedback.
        chosen: Days, router and LLM; a thumb does not know its page, so `place` changes nothing.

    Raises:
        StoreError: The database failed.
    """
    begin = datetime.combine(chosen.first, time(), UTC)
    end = datetime.combine(chosen.last, time(), UTC) + timedelta(days=1)
    up, down = (func.count().filter(RatingRow.thumb == thumb) for thumb in ("up", "down"))
    keys = (RatingRow.kind, RatingRow.router, RatingRow.llm)
    query = (
        select(*keys, up, down)
        .where(RatingRow.thumb.is_not(None), RatingRow.created_at >= begin, RatingRow.created_at < end, ~overruled())
        .group_by(*keys)
        .order_by(func.count().desc(), *keys)
    )
    wanted = {RatingRow.router: chosen.router, RatingRow.llm: chosen.llm}
    query = query.where(*(column == value for column, value in wanted.items() if value))
    with access.reading("Thumbs could not be read") as connection:
        rows = connection.execute(query).tuples().all()
    return [Thumbs(cast("RatingKind", kind), router, llm, up, down) for kind, router, llm, up, down in rows]
