"""What the copy on the Hub lacks: rows that are new or changed since, and rows that have gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, delete, except_, exists, func, select, tuple_

from feedback.access import Access
from feedback.copy_rows import (
    SEPARATOR,
    UNCHANGING,
    copied_tables,
    digest_of,
    key_columns,
    key_expression,
    key_of,
    line_of,
)
from feedback.copy_tables import CopiedRow
from feedback.inserting import insert_into

ON_ITS_WAY = ""
"""Digest of a row that may or may not have arrived."""

MANY = 1_000
"""Rows that are written at a time: others have their turn in between."""

_FAILED = "The copy on the Hub could not be noted"


@dataclass(slots=True)
class TableChanges:
    """Changes of one table.

    Attributes:
        table: Its name.
        lines: Rows that are new or changed, as JSON, by key.
        gone: Keys of rows that have gone, as JSON, by key.
        again: Keys of rows that the copy has as they were before.
    """

    table: str
    lines: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.lines) + len(self.gone)


def changes(access: Access, most: int) -> list[TableChanges]:
    """What the copy lacks, all as of one moment; tables first that others refer to.

    Args:
        access: The database.
        most: Rows at most; where there are more, the rest is found when these are noted.

    Raises:
        StoreError: The database failed.
    """
    found: list[TableChanges] = []
    with access.reading("The rows to be copied could not be read") as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        room = most
        for table in copied_tables():
            changed = _new(connection, table, room) if table.name in UNCHANGING else _changed(connection, table, room)
            room -= len(changed)
            if changed:
                found.append(changed)
            if room <= 0:
                break
    return found


def note(access: Access, found: Sequence[TableChanges], *, arrived: bool) -> None:
    """Notes what the copy gets, before and after: who is killed in between sends it again, and it is not forgotten.

    Args:
        access: The database.
        found: The changes.
        arrived: Whether the copy has them now.

    Raises:
        StoreError: The database failed.
    """
    for changed in found:
        lines = {key: digest_of(line) if arrived else ON_ITS_WAY for key, line in changed.lines.items()}
        if not arrived:
            lines |= dict.fromkeys(changed.gone, ON_ITS_WAY)
        for chunk in _chunks(list(lines.items())):
            with access.writing(_FAILED, durable=not arrived, although_refused=True) as connection:
                _keep(connection, changed.table, chunk)
        for gone in _chunks(list(changed.gone) if arrived else []):
            with access.writing(_FAILED, durable=False, although_refused=True) as connection:
                known = tuple_(CopiedRow.table_name, CopiedRow.key)
                connection.execute(delete(CopiedRow).where(known.in_([(changed.table, key) for key in gone])))


def _new(connection: Connection, table: Table, room: int) -> TableChanges:
    """Of a table whose rows never change."""
    changed = TableChanges(table.name)
    ours = CopiedRow.table_name == table.name
    on_its_way = set(connection.execute(select(CopiedRow.key).where(ours, CopiedRow.digest == ON_ITS_WAY)).scalars())
    key = key_expression(table)
    arrived = exists().where(ours, CopiedRow.key == key, CopiedRow.digest != ON_ITS_WAY)
    query = select(table).where(~arrived).order_by(*key_columns(table)).limit(room + 1)
    for row in map(dict, connection.execution_options(yield_per=MANY).execute(query).mappings()):
        changed.lines[key_of(table, row)] = line_of(row)
    if len(changed.lines) > room:
        changed.lines.popitem()
        return changed
    fresh = len(changed.lines.keys() - on_its_way)
    kept = connection.execute(select(func.count()).select_from(table)).scalar_one() - fresh
    if kept != connection.execute(select(func.count()).where(ours)).scalar_one():
        gone = except_(select(CopiedRow.key).where(ours), select(key))
        changed.gone = {key: _gone(table, key) for key in connection.execute(gone).scalars()}
    return changed


def _changed(connection: Connection, table: Table, room: int) -> TableChanges:
    """Of a table whose rows may change: all are read and compared."""
    changed = TableChanges(table.name)
    noted = select(CopiedRow.key, CopiedRow.digest).where(CopiedRow.table_name == table.name)
    known = dict(connection.execute(noted).tuples().all())
    for row in map(dict, connection.execution_options(yield_per=MANY).execute(select(table)).mappings()):
        key, line = key_of(table, row), line_of(row)
        before = known.pop(key, None)
        if before != digest_of(line) and len(changed.lines) < room:
            changed.lines[key] = line
            changed.again |= set() if before is None else {key}
    if len(changed.lines) < room:
        changed.gone = {key: _gone(table, key) for key in known}
    return changed


def _gone(table: Table, key: str) -> str:
    """A row that has gone, as JSON: what told it apart."""
    values = key.split(SEPARATOR)
    return json.dumps({column.name: value for column, value in zip(key_columns(table), values, strict=True)})


def _keep(connection: Connection, table: str, digests: Sequence[tuple[str, str]]) -> None:
    rows = [{"table_name": table, "key": key, "digest": digest} for key, digest in sorted(digests)]
    statement = insert_into(connection, CopiedRow)
    digest = {"digest": statement.excluded.digest}
    connection.execute(statement.on_conflict_do_update(index_elements=["table_name", "key"], set_=digest), rows)


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + MANY] for start in range(0, len(items), MANY))
