"""The tables of a database, on both kinds."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import feedback
from feedback.database import WRITES, database_url, open_engine
from feedback.faults import StoreError
from feedback.schema import HEAD, VERSION_TABLE, upgrade
from feedback.store import FeedbackStore
from feedback.tables import Base
from settings import Settings
from tests.feedback.samples import comparison

ROOT = Path(__file__).parent.parent.parent


def test_migrations_make_exactly_the_tables_that_the_code_uses(database: Settings, store: FeedbackStore) -> None:
    with store.access.reading("The test could not read") as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_last_migration_is_the_one_that_is_checked_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(feedback.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_database_that_is_up_to_date_is_left_alone(database: Settings, store: FeedbackStore) -> None:
    """And Alembic, which takes most of a second to import, is not imported."""
    store.save_comparison(comparison())
    store.close()
    url = database.database_url.get_secret_value() if database.database_url else ""
    check = (
        "import sys; from feedback.store import FeedbackStore; from settings import Settings;"
        f" store = FeedbackStore.open(Settings(data_dir={str(database.data_dir)!r}, database_url={url!r}));"
        " print(store.counts().turns, 'alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


def test_several_processes_may_start_at_once(database: Settings) -> None:
    url = database.database_url.get_secret_value() if database.database_url else ""
    start = (
        "import sys, alembic.command; from feedback.store import FeedbackStore; from settings import Settings;"
        " print('ready', flush=True); sys.stdin.readline();"
        f" store = FeedbackStore(Settings(data_dir={str(database.data_dir)!r}, database_url={url!r}));"
        " print(store.problem())"
    )
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", start], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in starting:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[0].strip() for process in starting] == ["None"] * 4


def test_a_database_of_a_newer_version_is_not_touched(database: Settings, store: FeedbackStore) -> None:
    store.save_comparison(comparison())
    store.close()
    engine = open_engine(database_url(database))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608  our own constant
    with pytest.raises(StoreError):
        upgrade(engine)
    later = FeedbackStore.open(database)
    problem = later.problem()
    assert problem is not None
    assert "the feedback database was written by a newer version of this app" in problem.what
    assert "Update the app" in problem.mend
    with pytest.raises(StoreError, match="could not be saved: the feedback database was written by a newer version"):
        later.save_comparison(comparison())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM requests")).scalar() == 1
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() == "9999"  # noqa: S608
    engine.dispose()


def test_sqlite_is_set_up_so_that_nothing_is_lost(on_sqlite: Settings) -> None:
    store = FeedbackStore.open(on_sqlite)
    with store.access.reading("The test could not read") as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}
    assert [file.name for file in on_sqlite.data_dir.iterdir() if file.suffix == ".sqlite3"] == ["feedback.sqlite3"]
    store.close()


def test_a_half_made_migration_leaves_nothing(on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("out of luck")

    import alembic.op

    monkeypatch.setattr(alembic.op, "create_index", fail)  # after the first table was made
    store = FeedbackStore.open(on_sqlite)
    assert store.problem() is not None
    with sqlite3.connect(on_sqlite.data_dir / "feedback.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
