"""Rows of any table as lines of JSON and back, for the copy on the Hub."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, DateTime, LargeBinary, String, Table, cast, literal

from errors import DataError
from feedback.columns import Usd, Utc
from feedback.rows import Row
from feedback.tables import Base

TABLE_MODULES = ("tables", "label_tables", "version_tables", "usage_tables", "judge_tables", "copy_tables")
"""Modules of this package that hold tables."""

_OWN = {"copied_rows", "copy_facts"}
_FOR_MINUTES = {"label_holds"}
UNCHANGING = frozenset(
    {"requests", "decisions", "completions", "votes", "texts", "labels", "ratings", "usage_events"}
    | {"versions", "version_switches", "version_picks", "judge_run_items"}
)
"""Tables whose rows come and may go, but never change: of those only new ones are read."""

SEPARATOR = "\x1f"
_DIGEST_BYTES = 16


def copied_tables() -> list[Table]:
    """All tables that the copy holds, those first that others refer to."""
    for name in TABLE_MODULES:
        importlib.import_module(f"feedback.{name}")
    return [table for table in Base.metadata.sorted_tables if table.name not in _OWN | _FOR_MINUTES]


def key_columns(table: Table) -> list[Column[Any]]:
    """What tells the rows of a table apart, in every copy."""
    return list(table.primary_key.columns)


def key_of(table: Table, row: Mapping[str, Any]) -> str:
    """A row's key as one text."""
    return SEPARATOR.join(str(row[column.name]) for column in key_columns(table))


def key_expression(table: Table) -> ColumnElement[str]:
    """The same in SQL, for tables whose keys are texts and whole numbers."""
    parts = [column if isinstance(column.type, String) else cast(column, String) for column in key_columns(table)]
    whole: ColumnElement[str] = parts[0]
    for part in parts[1:]:
        whole = whole + literal(SEPARATOR) + part
    return whole


def line_of(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True)


def digest_of(line: str) -> str:
    """Tells a row from one that was changed."""
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def row_of(table: Table, values: Mapping[str, Any]) -> Row:
    """A row from what its line holds; columns that were added since then are empty.

    Raises:
        DataError: It is no row of that table.
    """
    try:
        return {column.name: _typed(column, values.get(column.name)) for column in table.columns}
    except (ValueError, TypeError, ArithmeticError) as error:
        raise DataError(
            f"The copy on the Hub has a row that does not fit the table {table.name}.",
            "Restore the dataset to a commit before it was changed by hand.",
        ) from error


def _plain(value: Any) -> Any:  # noqa: ANN401  any column's
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def _typed(column: Column[Any], value: Any) -> Any:  # noqa: ANN401
    if value is None:
        if not column.nullable:
            raise ValueError(column.name)
        return None
    if isinstance(column.type, Utc | DateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Usd):
        return Decimal(value)
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    return value
