"""Fills an empty database from its copy on the Hub: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Integer, Table, func, select, text

from feedback.access import Access
from feedback.copy_facts import Facts, write_facts
from feedback.copy_parts import PartName, read_lines
from feedback.copy_rows import copied_tables, digest_of, key_columns, key_of, line_of, row_of
from feedback.copy_tables import CopiedRow
from feedback.inserting import insert_into
from feedback.rows import Row

MANY = 1_000
Order = tuple[int, str, str]


def restore(access: Access, folder: Path, facts: Facts) -> int:
    """Reads a copy back.

    Args:
        access: An empty database.
        folder: The files of the dataset.
        facts: What the dataset says of itself.

    Returns:
        How many rows there are now.

    Raises:
        DataError: The dataset was changed by hand.
        StoreError: The database failed; it is as empty as before.
    """
    parts = sorted(_parts(folder), key=_order)
    with access.writing("Feedback could not be read back from the Hub", although_refused=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        number = sum(_restore_table(connection, table, parts) for table in copied_tables())
        write_facts(connection, facts)
    return number


def _parts(folder: Path) -> Iterator[tuple[PartName, Path]]:
    for path in folder.rglob("*.jsonl"):
        name = PartName.read(path.relative_to(folder).as_posix())
        if name is not None:
            yield name, path


def _restore_table(connection: Connection, table: Table, parts: list[tuple[PartName, Path]]) -> int:
    own = [(name, path) for name, path in parts if name.table == table.name]
    gone: dict[str, Order] = {}
    for name, path in own:
        if name.kind == "deleted":
            gone |= {key_of(table, row): name.order for row in read_lines(str(path), path.read_bytes())}
    for name, path in own:
        if name.kind == "rows":
            rows = [row_of(table, values) for values in read_lines(str(path), path.read_bytes())]
            _put(connection, table, [row for row in rows if gone.get(key_of(table, row), name.order) <= name.order])
    _count_on(connection, table)
    return _note(connection, table)


def _put(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Adds rows; a later one takes the place of an earlier one."""
    keys = [column.name for column in key_columns(table)]
    for start in range(0, len(rows), MANY):
        chunk = list({key_of(table, row): row for row in rows[start : start + MANY]}.values())
        statement = insert_into(connection, table)
        later = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
        statement = (
            statement.on_conflict_do_update(index_elements=keys, set_=later)
            if later
            else statement.on_conflict_do_nothing()
        )
        connection.execute(statement, chunk)


def _note(connection: Connection, table: Table) -> int:
    """The copy has what came from it."""
    number = 0
    for rows in connection.execute(select(table)).mappings().partitions(MANY):
        noted = [
            {"table_name": table.name, "key": key_of(table, row), "digest": digest_of(line_of(row))}
            for row in map(dict, rows)
        ]
        connection.execute(insert_into(connection, CopiedRow), noted)
        number += len(noted)
    return number


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters know nothing of numbers that were given; SQLite looks."""
    counted = table.autoincrement_column
    if connection.dialect.name != "postgresql" or counted is None or not isinstance(counted.type, Integer):
        return
    highest = connection.execute(select(func.max(counted))).scalar()
    if highest is not None:
        counter = func.pg_get_serial_sequence(table.name, counted.name)
        connection.execute(select(func.setval(counter, highest)))


def _order(part: tuple[PartName, Path]) -> Order:
    return part[0].order
