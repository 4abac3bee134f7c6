"""Brings a database to the tables of this version: migrations that are shipped with the app and applied at start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from feedback.database import BUSY_S, WRITES
from feedback.faults import StoreError

HEAD = "0008"
"""The last migration. A database that has it needs nothing, and Alembic is not even imported."""

VERSION_TABLE = "feedback_version"
"""Not Alembic's own name: a database may serve other applications too."""

MIGRATION_S = 120
"""How long a process waits while another one migrates."""

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 7_266_339_021
"""Of PostgreSQL's advisory locks the one that means: feedback is being migrated."""


def upgrade(engine: Engine) -> None:
    """Makes or migrates the tables, in one transaction; of several processes one does it and the others wait.

    Raises:
        StoreError: A newer version of the app has written this database.
        SQLAlchemyError: The database failed.
    """
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, _patient(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _migrate(connection)


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """Meanwhile SQLite waits for whoever else is migrating, which takes longer than to write a row."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()  # past SQLAlchemy, which would begin a transaction
    driver.execute(f"PRAGMA busy_timeout = {MIGRATION_S * 1000}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000:.0f}")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if _revision(connection) not in {None, *known}:
        raise StoreError(
            "The feedback database was written by a newer version of this app.",
            "Update the app, or point DATA_DIR or DATABASE_URL to another database.",
        )
    command.upgrade(config, "head")
