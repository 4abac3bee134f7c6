"""Adds rows that are not there yet: what makes a second write of the same record harmless."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from feedback.rows import Row
from feedback.tables import Base


def insert_into(connection: Connection, table: type[Base] | Table) -> PostgresqlInsert | SqliteInsert:
    """An INSERT that can say what to do with rows that are there; both databases spell it the same way."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def add_rows(connection: Connection, table: type[Base], rows: Sequence[Row], key: Sequence[str] | None = None) -> int:
    """Adds the rows that are not there yet; returns how many were new.

    Args:
        connection: In a transaction that writes.
        table: Where to.
        rows: What to add.
        key: What makes a row the same; None is anything that may be there only once.
    """
    if not rows:
        return 0
    statement = insert_into(connection, table).on_conflict_do_nothing(index_elements=key)
    result = connection.execute(statement.execution_options(preserve_rowcount=True), list(rows))
    return int(result.rowcount)


def add_or_replace(connection: Connection, table: type[Base], row: Row, key: Sequence[str]) -> None:
    """Adds a row, or gives the row of that key these values."""
    values: dict[str, Any] = {name: value for name, value in row.items() if name not in key}
    connection.execute(insert_into(connection, table).on_conflict_do_update(index_elements=key, set_=values), row)
