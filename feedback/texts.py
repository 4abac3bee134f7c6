"""Texts that people may delete and that age: prompts, answers, comments. Their hashes and all counts stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, tuple_

from errors import BadInputError
from feedback.access import Access
from feedback.judge_forgetting import empty_judged
from feedback.label_items import CHUNK
from feedback.label_state import lock_items, refresh
from feedback.records import now
from feedback.tables import TextRow

_FAILED = "The texts could not be deleted"
_KEY = (TextRow.sha256, TextRow.author)


def delete_texts(access: Access, author: str, texts: Collection[str] | None = None) -> int:
    """See `LabelStore.delete_texts`."""
    if texts is None:
        return _delete(access, TextRow.author == author)
    wanted = sorted(texts)
    parts = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
    return sum(_delete(access, (TextRow.author == author) & TextRow.sha256.in_(part)) for part in parts)


def purge(access: Access, retention_days: int) -> int:
    """See `LabelStore.purge`."""
    if retention_days < 0:
        raise BadInputError("Texts cannot be kept for less than no time.", "Give a number of days, or 0 for ever.")
    if retention_days == 0:
        return 0
    return _delete(access, TextRow.created_at < now() - timedelta(days=retention_days))


def _delete(access: Access, chosen: ColumnElement[bool]) -> int:
    """Deletes chunk by chunk, each in a transaction: others have their turn in between."""
    deleted, last = 0, ("", "")
    while True:
        query = select(*_KEY).where(chosen, tuple_(*_KEY) > last).order_by(*_KEY).limit(CHUNK)
        with access.writing(_FAILED) as connection:
            found = connection.execute(query).tuples().all()
            if not found:
                break
            digests = [digest for digest, _ in found]
            lock_items(connection, digests)
            _forget(connection)
            connection.execute(delete(TextRow).where(tuple_(*_KEY).in_(found)))
            still_kept = connection.execute(select(TextRow.sha256).where(TextRow.sha256.in_(digests))).scalars()
            empty_judged(connection, set(digests).difference(still_kept))
            refresh(connection, digests)
        deleted, last = deleted + len(found), found[-1]
    if deleted:
        with access.reading(_FAILED) as connection:
            _empty_log(connection)
    return deleted


def _forget(connection: Connection) -> None:
    """What SQLite deletes it also overwrites: else the text would stay readable in the file."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _empty_log(connection: Connection) -> None:
    """The log of recent writes, which may still hold the texts, goes into the file; readers may put that off."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # past SQLAlchemy: in no transaction
