"""The engine behind the store: a SQLite file in the data folder, or PostgreSQL where DATABASE_URL says so."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from feedback.faults import StoreError
from settings import Settings

FILE = "feedback.sqlite3"
BUSY_S = 5.0
"""How long a write waits for its turn."""

WRITES = "feedback_writes"
"""Execution option of connections that will write: SQLite then takes its turn at once, not in mid-transaction."""

DURABLE = "feedback_durable"
"""Execution option of connections that will write: whether a commit waits until it is safe on disk."""

_CONNECT_S = 5
_POOL = {"pool_size": 8, "max_overflow": 8}
_RETRY_S = 0.01


def database_url(settings: Settings) -> URL:
    """Where feedback is kept.

    Raises:
        StoreError: DATABASE_URL is not an address of PostgreSQL or of an SQLite file.
    """
    if settings.database_url is None or not settings.database_url.get_secret_value().strip():
        return URL.create("sqlite", database=str(settings.data_dir.absolute() / FILE))
    mend = "Write it as postgresql://user:password@host:5432/name, or unset it to use a file in DATA_DIR."
    try:
        url = make_url(settings.database_url.get_secret_value().strip())
    except (ArgumentError, ValueError):  # not as the cause: it may quote a password
        raise StoreError("The setting DATABASE_URL is not the address of a database.", mend) from None
    kind = url.drivername.partition("+")[0]
    if kind in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url.set(drivername="sqlite")
    raise StoreError("The setting DATABASE_URL names a kind of database that is not supported.", mend)


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database; None for a server."""
    return Path(url.database) if url.drivername == "sqlite" and url.database else None


def open_engine(url: URL) -> Engine:
    """An engine for that address; connects to nothing yet."""
    if sqlite_file(url) is None:
        engine = create_engine(
            url,
            **_POOL,
            pool_timeout=BUSY_S,
            pool_pre_ping=True,  # a server that was gone and is back is noticed before a write, not by it
            hide_parameters=True,
            connect_args={"connect_timeout": _CONNECT_S, "prepare_threshold": None},  # poolers know no prepared ones
        )
        event.listen(engine, "connect", _greet_postgresql)
        return engine
    engine = create_engine(
        url,
        **_POOL,
        pool_timeout=BUSY_S,
        hide_parameters=True,
        connect_args={"timeout": BUSY_S, "check_same_thread": False},
    )
    event.listen(engine, "connect", _greet_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _greet_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions late and leave DDL out of them
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a loss of power
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Readers and a writer side by side; SQLite does not wait by itself where two processes switch at once."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    # Said before every write, because connections go from hand to hand.
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get(DURABLE, True) else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _greet_postgresql(connection: object, _entry: ConnectionPoolEntry) -> None:
    import psycopg

    assert isinstance(connection, psycopg.Connection)  # noqa: S101  the engine above uses no other driver
    connection.execute("SELECT set_config('TimeZone', 'UTC', false)")
    connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{BUSY_S * 1000:.0f}ms"])
    connection.execute("SELECT set_config('statement_timeout', %s, false)", [f"{BUSY_S * 4000:.0f}ms"])
    connection.commit()
