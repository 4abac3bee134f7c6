"""A database that is locked, gone, full, read-only, damaged: the reason and the mend, and no harm done."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

import feedback.access
import feedback.database
from feedback.faults import StoreError, reason
from feedback.store import FeedbackStore
from settings import Settings
from tests.feedback.postgres import GUARDED, Cluster
from tests.feedback.samples import comparison, vote


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback.database, "BUSY_S", 0.2)
    monkeypatch.setattr(feedback.access, "BUSY_S", 0.2)
    monkeypatch.setattr(feedback.access, "RETRY_S", 0.0)


@pytest.fixture
def unprivileged_folder() -> Iterator[Path]:
    """A folder for tests of rights, which root would not notice; tests run as somebody else meanwhile."""
    folder = Path(tempfile.mkdtemp())
    was = os.geteuid()
    if was == 0:
        folder.chmod(0o755)
        FeedbackStore.open(Settings(data_dir=folder, database_url=None)).close()  # they may not read this checkout
        for owned in (folder, *folder.iterdir()):
            os.chown(owned, 65534, -1)
        os.seteuid(65534)
    yield folder
    os.seteuid(was)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def file_of(settings: Settings) -> Path:
    return settings.data_dir / "feedback.sqlite3"


def problem(store: FeedbackStore) -> tuple[str, str]:
    found = store.problem()
    assert isinstance(found, StoreError)
    assert found.status == 503
    return found.what, found.mend


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_is_said_and_waited_for(on_sqlite: Settings) -> None:
    store, compared = FeedbackStore.open(on_sqlite), comparison()
    store.save_comparison(compared)
    other = sqlite3.connect(file_of(on_sqlite), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as raised:
        store.save_vote(vote(compared))
    assert raised.value.what == "Your vote could not be saved: the database is locked by another program."
    assert raised.value.mend == "Try again in a moment."
    assert store.counts().turns == 1, "reading goes on"
    other.close()
    assert store.save_vote(vote(compared))


@pytest.mark.usefixtures("impatient")
def test_a_locked_table_is_said(on_postgresql: Settings) -> None:
    assert on_postgresql.database_url is not None
    store, compared = FeedbackStore.open(on_postgresql), comparison()
    store.save_comparison(compared)
    with psycopg.connect(on_postgresql.database_url.get_secret_value()) as other:
        other.execute("LOCK TABLE votes")
        with pytest.raises(StoreError, match="could not be saved: the database is locked"):
            store.save_vote(vote(compared))
    assert store.save_vote(vote(compared))
    store.close()


@pytest.mark.parametrize("whole_folder", [True, False])
def test_a_file_that_was_deleted_is_made_anew(on_sqlite: Settings, whole_folder: bool) -> None:
    """SQLite would go on writing into the deleted one, and acknowledge."""
    store = FeedbackStore.open(on_sqlite)
    store.save_comparison(comparison())
    if whole_folder:
        shutil.rmtree(on_sqlite.data_dir)
    else:
        file_of(on_sqlite).unlink()  # its log of recent writes stays
    compared = comparison()
    store.save_comparison(compared)
    assert store.save_vote(vote(compared))
    assert FeedbackStore.open(on_sqlite).counts().votes["left"] == 1


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_gone_and_back(on_postgresql: Settings, cluster: Cluster) -> None:
    store, compared = FeedbackStore.open(on_postgresql), comparison()
    store.save_comparison(compared)
    cluster.stop()
    try:
        with pytest.raises(StoreError) as raised:
            store.save_vote(vote(compared))
        started_without = FeedbackStore.open(on_postgresql)
        assert problem(started_without)[0] == "The store of feedback does not answer: the database cannot be reached."
    finally:
        cluster.start()
    assert raised.value.what == "Your vote could not be saved: the database cannot be reached."
    assert "DATABASE_URL" in raised.value.mend
    assert store.save_vote(vote(compared))
    assert not started_without.save_vote(vote(compared))
    store.close()
    started_without.close()


def test_a_full_disk_is_said_and_nothing_is_half_kept(on_sqlite: Settings) -> None:
    store = FeedbackStore.open(on_sqlite)
    store.save_comparison(comparison())
    engine = store.access._engine
    assert engine is not None

    def fill_up(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no more pages than there are: as on a full disk

    event.listen(engine, "connect", fill_up)
    engine.dispose()
    with pytest.raises(StoreError) as raised:
        store.save_comparison(comparison(consent=True, prompt="x" * 100_000))
    assert raised.value.what == "The comparison could not be saved: the disk is full."
    assert "Free some space" in raised.value.mend
    assert (store.counts().turns, store.counts().completions) == (1, 2)


def test_a_read_only_folder_is_said(unprivileged_folder: Path) -> None:
    settings = Settings(data_dir=unprivileged_folder, database_url=None)
    file_of(settings).unlink(missing_ok=True)
    unprivileged_folder.chmod(0o555)
    what, mend = problem(FeedbackStore.open(settings))
    assert "the database file cannot be opened" in what
    assert "writable" in mend
    what, _ = problem(FeedbackStore.open(Settings(data_dir=unprivileged_folder / "new", database_url=None)))
    assert "the folder of the database cannot be used (Permission denied)" in what


def test_a_file_that_became_read_only_is_said(unprivileged_folder: Path) -> None:
    settings = Settings(data_dir=unprivileged_folder, database_url=None)
    FeedbackStore.open(settings).close()
    file_of(settings).chmod(0o444)
    store = FeedbackStore.open(settings)
    with pytest.raises(StoreError, match=r"could not be saved: the database cannot be written\. Make the folder"):
        store.save_comparison(comparison())


def test_a_folder_that_is_a_file_is_said_and_mended_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    store = FeedbackStore.open(Settings(data_dir=tmp_path / "data", database_url=None))
    assert "the folder of the database cannot be used (File exists)" in problem(store)[0]
    (tmp_path / "data").unlink()
    assert store.problem() is not None, "not tried again at once: a server that is gone would hold everybody up"
    monkeypatch.setattr(store.access, "_retry_at", 0.0)
    store.save_comparison(comparison())
    assert store.problem() is None


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4_000)])
def test_a_file_that_is_no_database_is_left_alone(on_sqlite: Settings, content: bytes) -> None:
    on_sqlite.data_dir.mkdir()
    file_of(on_sqlite).write_bytes(content)
    what, mend = problem(FeedbackStore.open(on_sqlite))
    assert "the file is damaged or not a database" in what
    assert "Move the feedback file" in mend
    assert file_of(on_sqlite).read_bytes() == content


@pytest.mark.parametrize(
    "url",
    ["mysql://user:hush-hush@db/x", "hush-hush", "sqlite://", "postgresql://user:hush-hush@:port/x", "://hush-hush"],
)
def test_an_address_that_names_no_database_is_said_without_quoting_it(
    tmp_path: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        store = FeedbackStore.open(Settings(data_dir=tmp_path, database_url=SecretStr(url)))
        what, mend = problem(store)
    assert "DATABASE_URL" in what
    assert "postgresql://user:password@host:5432/name" in mend
    assert "hush-hush" not in caplog.text + what + mend


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_understood(tmp_path: Path, scheme: str) -> None:
    url = SecretStr(f"{scheme}://ann:pw@db.example:5433/votes?sslmode=require")
    understood = feedback.database.database_url(Settings(data_dir=tmp_path, database_url=url))
    assert (understood.drivername, understood.host, understood.port) == ("postgresql+psycopg", "db.example", 5433)
    assert (understood.database, understood.query["sslmode"]) == ("votes", "require")


@pytest.mark.usefixtures("impatient")
def test_a_wrong_password_and_a_missing_database_are_said(
    cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def said(url: str) -> tuple[str, str]:
        with caplog.at_level(logging.DEBUG):
            return problem(FeedbackStore.open(Settings(data_dir=tmp_path, database_url=SecretStr(url))))

    what, mend = said(cluster.url("postgres", f"{GUARDED}:hush-hush"))
    assert "the database refuses the app's user" in what
    assert "user, password" in mend
    assert "the database refuses the app's user" in said(cluster.url("postgres", "nobody-we-know"))[0]
    assert "the database does not exist" in said(cluster.url("missing"))[0]
    assert "the database cannot be reached" in said("postgresql://ann:hush-hush@127.0.0.1:1/votes")[0]
    assert "hush-hush" not in caplog.text


def test_a_user_without_rights_is_said(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.url("postgres", f"{GUARDED}:right")
    what, _ = problem(FeedbackStore.open(Settings(data_dir=tmp_path, database_url=SecretStr(url))))
    assert "the database refuses the app's user" in what


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (psycopg.errors.DiskFull("no space"), "the disk is full"),
        (psycopg.errors.AdminShutdown("bye"), "the database cannot be reached"),
        (psycopg.errors.TooManyConnections("full"), "the database has too many connections"),
        (psycopg.errors.ReadOnlySqlTransaction("standby"), "the database cannot be written"),
        (psycopg.errors.QueryCanceled("slow"), "the database took too long"),
        (psycopg.errors.UndefinedTable("votes"), "the database reports an error"),
    ],
)
def test_what_postgresql_reports_is_put_into_words(error: Exception, why: str) -> None:
    said, mend = reason(OperationalError("INSERT", {}, error))
    assert said == why
    assert mend.endswith(".")


def test_statements_and_their_values_stay_out_of_logs(on_sqlite: Settings, caplog: pytest.LogCaptureFixture) -> None:
    store = FeedbackStore.open(on_sqlite)
    with sqlite3.connect(file_of(on_sqlite)) as connection:
        connection.execute("DROP TABLE texts")
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreError, match="the database reports an error"):
        store.save_comparison(comparison(consent=True, prompt="a secret prompt"))
    assert "no such table" in caplog.text
    assert "secret" not in caplog.text
