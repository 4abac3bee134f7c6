"""Labelling on a database that is locked, full, from an older version; and indexes that the queue cannot do without."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text

import feedback.access
import feedback.database
import feedback.schema
from errors import PlaygroundError
from feedback.database import WRITES, database_url, open_engine
from feedback.faults import StoreError
from feedback.label_records import PanelScore
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings
from tests.feedback.labelling import label, label_next, next_prompt, queue, rating
from tests.feedback.samples import PROMPT, comparison, vote


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback.database, "BUSY_S", 0.2)
    monkeypatch.setattr(feedback.access, "BUSY_S", 0.2)


def file_of(settings: Settings) -> Path:
    return settings.data_dir / "feedback.sqlite3"


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_is_said_and_labelling_goes_on_after(on_sqlite: Settings) -> None:
    labels = LabelStore(FeedbackStore.open(on_sqlite).access)
    (prompt,) = queue(labels, 1)
    said = label(prompt)
    other = sqlite3.connect(file_of(on_sqlite), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="Your label could not be saved: the database is locked by another program"):
        labels.save_label(said)
    with pytest.raises(StoreError, match="The next prompt could not be fetched: the database is locked"):
        labels.next_item("ann")
    with pytest.raises(StoreError, match="Your label could not be taken back: the database is locked"):
        labels.undo("ann")
    with pytest.raises(StoreError, match="Your rating could not be saved: the database is locked"):
        labels.save_rating(rating())
    assert labels.progress("ann").total == 1, "reading goes on"
    other.close()
    assert labels.save_label(said), "the same click again"


@pytest.mark.usefixtures("impatient")
def test_a_locked_table_is_said(on_postgresql: Settings) -> None:
    assert on_postgresql.database_url is not None
    labels = LabelStore(FeedbackStore.open(on_postgresql).access)
    (prompt,) = queue(labels, 1)
    with psycopg.connect(on_postgresql.database_url.get_secret_value()) as other:
        other.execute("LOCK TABLE labels")
        with pytest.raises(StoreError, match="Your label could not be saved: the database is locked"):
            labels.save_label(label(prompt))
    assert labels.save_label(label(prompt))
    labels.access.close()


def test_a_full_disk_is_said_and_nothing_is_half_kept(on_sqlite: Settings) -> None:
    labels = LabelStore(FeedbackStore.open(on_sqlite).access)
    (prompt,) = queue(labels, 1)
    engine = labels.access._engine
    assert engine is not None

    def fill_up(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no more pages than there are: as on a full disk

    event.listen(engine, "connect", fill_up)
    engine.dispose()
    with pytest.raises(StoreError, match="The prompts could not be saved: the disk is full"):
        labels.add_items((f"{number} {'x' * 1_000}" for number in range(1_000)), "importer")
    for number in range(10_000):
        try:
            labels.save_label(label(prompt, f"annotator-{number}", comment=f"{number}" * 300))
        except StoreError as error:
            assert error.what == "Your label could not be saved: the disk is full."
            break
    else:
        pytest.fail("the disk never got full")
    assert labels.counts().items == (1, 0)
    (item,) = labels.items()
    assert item.given == number == labels.counts().labels


def test_a_hand_out_need_not_wait_for_the_disk_but_a_label_must(on_sqlite: Settings) -> None:
    labels = LabelStore(FeedbackStore.open(on_sqlite).access)
    (prompt,) = queue(labels, 1)
    engine = labels.access._engine
    assert engine is not None
    levels: list[tuple[int, str]] = []

    def note(connection: Connection) -> None:
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        changed = connection.exec_driver_sql("SELECT count(*) FROM labels").scalar_one()
        levels.append((level, "labelled" if changed else "handed out"))

    event.listen(engine, "commit", note)
    assert next_prompt(labels, "ann") == prompt
    labels.save_label(label(prompt))
    assert levels[0] == (1, "handed out")
    assert (2, "labelled") in levels


def test_a_database_of_the_first_version_keeps_what_it_has(database: Settings) -> None:
    """Made by the first migration, filled, and opened by this version."""
    engine = open_engine(database_url(database))
    if database.database_url is None:
        database.data_dir.mkdir()
    config = Config()
    config.set_main_option("script_location", str(feedback.schema._FOLDER).replace("%", "%%"))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO requests (id, page, author, prompt_sha256, prompt_characters, pool, router, blind,"
                " consent, created_at) VALUES ('old:0', 'compare', 'somebody', :digest, 36, '{}', '', :no, :yes,"
                " '2026-01-01 00:00:00')"
            ),
            {"digest": sha256(PROMPT), "no": False, "yes": True},
        )
        connection.execute(
            text("INSERT INTO texts (sha256, author, text, created_at) VALUES (:digest, 'somebody', :prompt, :at)"),
            {"digest": sha256(PROMPT), "prompt": PROMPT, "at": "2026-01-01 00:00:00"},
        )
    engine.dispose()
    store = FeedbackStore.open(database)
    assert store.problem() is None
    assert store.counts().turns == 1
    compared = comparison()
    store.save_comparison(compared)
    assert store.save_vote(vote(compared))
    labels = LabelStore(store.access)
    assert labels.add_collected().new == 1
    assert next_prompt(labels, "ann") == PROMPT
    store.close()


def plans(labels: LabelStore, do: Callable[[], object], about: str) -> list[str]:
    """How SQLite looks up what is asked meanwhile, of the questions that contain a text."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if about in statement:
            asked.append((statement, values))

    engine = labels.access._engine
    assert engine is not None
    event.listen(engine, "before_cursor_execute", note)
    do()
    event.remove(engine, "before_cursor_execute", note)
    with labels.access.reading("The test could not read") as connection:
        found = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values) for statement, values in asked]
        return ["\n".join(str(row[3]) for row in rows) for rows in found]


def test_the_next_prompt_is_found_by_indexes(on_sqlite: Settings) -> None:
    """At 100,000 prompts a scan or a sort takes longer than anybody should wait."""
    labels = LabelStore(FeedbackStore.open(on_sqlite).access)
    texts = queue(labels, 50)
    labels.assign(["bob"])
    labels.save_scores([PanelScore(sha256(prompt), 0.5, 0.5) for prompt in texts])

    def ask() -> None:
        assert labels.next_item("ann") is None

    own, _, anybodys, _ = plans(labels, ask, "ORDER BY label_assignments") + plans(labels, ask, "ORDER BY label_items")
    assert "ix_label_assignments_queue (annotator=? AND waiting=? AND random=?)" in own
    assert "ix_label_items_queue (open=? AND assigned=? AND random=?)" in anybodys
    for said in (own, anybodys):
        assert "SCAN label" not in said, "and nobody goes through all of a table"
        assert "TEMP B-TREE" not in said, "it comes sorted"


def test_what_is_held_is_found_by_whose_it_is(on_sqlite: Settings) -> None:
    labels = LabelStore(FeedbackStore.open(on_sqlite).access)
    queue(labels, 50)
    labels.next_item("ann")
    for said in plans(labels, partial(labels.next_item, "ann"), "SELECT label_holds"):
        assert "ix_label_holds_annotator (annotator=?)" in said
    for said in plans(labels, partial(labels.next_item, "ann"), "label_items.open IS 1"):
        assert "(prompt_sha256=?)" in said, "and not by going through all that are open"


def test_progress_is_counted_in_an_index(on_sqlite: Settings) -> None:
    labels = LabelStore(FeedbackStore.open(on_sqlite).access)
    queue(labels, 50)
    found = plans(labels, partial(labels.progress, "ann"), "FROM label_items")
    counts = [said for said in found if "COVERING INDEX" in said.partition("\n")[0]]
    assert len(counts) == 3


def test_whoever_changes_the_queue_at_the_same_time_gets_through(labels: LabelStore) -> None:
    """Import, overlap, scores, deletion and labels on the same prompts: nobody waits in a circle, all is counted."""
    texts = queue(labels, 600, overlap=2)
    scores = [PanelScore(sha256(prompt), 0.5, 0.5) for prompt in reversed(texts)]
    jobs: list[Callable[[], object]] = [
        partial(labels.add_items, reversed(texts), "importer"),
        partial(labels.set_overlap, 3),
        partial(labels.save_scores, scores),
        partial(labels.save_scores, scores[::-1]),
        partial(labels.delete_texts, "importer"),
        *(partial(label_many, labels, f"annotator-{number}", 15) for number in range(4)),
    ]
    together, errors = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        together.wait()
        try:
            job()
        except PlaygroundError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    given = {item.prompt_sha256: item.given for item in labels.items()}
    counted = Counter(kept.label.prompt_sha256 for kept in labels.labels(leading_only=True))
    assert given == dict.fromkeys(given, 0) | counted
    for item in labels.items():
        assert item.open == (item.prompt is not None and item.given < item.wanted)


def label_many(labels: LabelStore, annotator: str, number: int) -> None:
    for _ in range(number):
        label_next(labels, annotator, comment="the same comment")
