"""The store of usage: events and their sums, written together. Charts read it through `feedback.usage_report`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from feedback.access import Access
from feedback.inserting import insert_into
from feedback.tables import Base
from feedback.usage_event import UsageEvent
from feedback.usage_rows import Row, day_rows, event_row, latency_rows, new_events, novelty_rows
from feedback.usage_tables import UsageDay, UsageEventRow, UsageLatency, UsageNovelty


class UsageStore:
    """Keeps what was decided and what it cost. Safe to use from many threads.

    Args:
        access: Transactions on the database of feedback.
    """

    def __init__(self, access: Access) -> None:
        self.access = access

    def add(self, events: Sequence[UsageEvent]) -> int:
        """Keeps events and adds them to the sums, all or nothing; what is kept already is not counted twice.

        Returns:
            How many were new.

        Raises:
            StoreError: The database failed; none was kept.
        """
        if not events:
            return 0
        rows = [event_row(event) for event in events]
        with self.access.writing("Usage could not be saved") as connection:
            added = _insert(connection, rows)
            new = new_events(events, added)
            # Rows come in the order of their keys, so that two processes never wait for each other in a circle.
            _sum_up(connection, UsageDay, day_rows(new))
            _sum_up(connection, UsageLatency, latency_rows(new))
            _sum_up(connection, UsageNovelty, novelty_rows(new))
        return len(new)


def _insert(connection: Connection, rows: Sequence[Row]) -> list[str]:
    """Adds the events that are not there yet; returns their ids."""
    ordered = sorted(rows, key=_id_of)  # likewise
    statement = insert_into(connection, UsageEventRow).on_conflict_do_nothing().returning(UsageEventRow.id)
    return list(connection.execute(statement, ordered).scalars())


def _sum_up(connection: Connection, table: type[Base], rows: Sequence[Row]) -> None:
    """Adds rows to the sums under their keys."""
    if not rows:
        return
    statement = insert_into(connection, table)
    columns = table.__table__.columns
    keys = [column.name for column in columns if column.primary_key]
    sums = {column.name: column + statement.excluded[column.name] for column in columns if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=sums), list(rows))


def _id_of(row: Row) -> str:
    return str(row["id"])
