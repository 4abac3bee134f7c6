"""Thumbs, stars and comments; and texts, which people may delete, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from errors import BadInputError
from feedback.label_store import LabelStore
from feedback.records import now
from feedback.retention import Retention
from feedback.rows import sha256
from feedback.store import FeedbackStore
from feedback.tables import TextRow
from settings import Settings
from tests.feedback.labelling import label, next_prompt, queue, rating
from tests.feedback.samples import comparison


def kept_texts(store: LabelStore) -> set[str]:
    with store.access.reading("The test could not read") as connection:
        return set(connection.execute(select(TextRow.text)).scalars())


def age(store: LabelStore, days: float, author: str) -> None:
    with store.access.writing("The test could not write") as connection:
        old = now() - timedelta(days=days)
        connection.execute(update(TextRow).where(TextRow.author == author).values(created_at=old))


def test_a_rating_is_kept_and_the_latest_of_an_author_leads(labels: LabelStore) -> None:
    first = rating(stars=2, comment="Too long", llm="dear", prompt_sha256=sha256("x"))
    second = rating(thumb="down")
    others = [rating(author="bob"), rating(subject="answer-2"), rating(kind="decision", router="knn", version="1-abc")]
    assert labels.save_rating(first)
    assert not labels.save_rating(dataclasses.replace(first, thumb="down")), "a double click"
    for one in (second, *others, rating(kind="decision", router="semantic")):
        assert labels.save_rating(one)
    kept = list(labels.ratings(leading_only=False))
    assert kept[0].rating == first
    assert [one.leads for one in kept] == [False, True, True, True, True, True]
    assert [one.rating.id for one in labels.ratings()] == [one.rating.id for one in kept[1:]]
    assert [one.number for one in labels.ratings(after=kept[3].number)] == [one.number for one in kept[4:]]
    assert labels.counts().ratings == 6


def test_a_rating_can_be_taken_back(labels: LabelStore) -> None:
    labels.save_rating(rating(stars=5))
    labels.save_rating(rating(thumb=None))
    assert list(labels.ratings()) == []
    assert [one.leads for one in labels.ratings(leading_only=False)] == [False, False]
    labels.save_rating(rating(thumb="down"))
    assert [one.rating.thumb for one in labels.ratings()] == ["down"]


def test_many_ratings_are_read_in_pages(labels: LabelStore) -> None:
    for number in range(1_003):
        labels.save_rating(rating(subject=f"answer-{number}"))
    assert len(list(labels.ratings())) == 1_003


@pytest.mark.parametrize(
    "changes",
    [
        {"thumb": "sideways"},
        {"stars": 0},
        {"stars": 6},
        {"kind": "page"},
        {"subject": ""},
        {"author": ""},
        {"comment": "x" * 2_001},
    ],
    ids=str,
)
def test_what_is_no_rating_is_refused(sqlite_labels: LabelStore, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInputError):
        sqlite_labels.save_rating(rating(**changes))
    assert sqlite_labels.counts().ratings == 0


def test_an_author_deletes_texts_and_what_was_said_of_them_stays(store: FeedbackStore, labels: LabelStore) -> None:
    texts = queue(labels, 620)
    labels.save_label(label(texts[0], "ann", 3, comment="Ann's comment"))
    labels.save_rating(rating(author="importer", comment="Importer's comment"))
    store.save_comparison(comparison(consent=True, author="importer", prompt="Importer's question"))
    labels.add_items([texts[1]], "second importer")
    assert labels.delete_texts("importer") == 620 + 1 + 3
    assert kept_texts(labels) == {"Ann's comment", texts[1]}, "what another brought in too is still theirs"
    assert labels.counts().items == (1, 619)
    assert store.counts().turns == 1
    (kept,) = labels.labels()
    assert (kept.prompt, kept.label.comment, kept.prompt_characters) == (None, "Ann's comment", len(texts[0]))
    assert next(labels.ratings()).rating.comment == ""
    assert labels.delete_texts("importer") == 0
    assert labels.resolved() == [], "nothing can be learnt from a hash"
    assert labels.counts().open == 1
    assert next_prompt(labels, "bob") == texts[1]


def test_single_texts_can_be_deleted_and_brought_back(labels: LabelStore) -> None:
    first, second = queue(labels, 2)
    assert labels.delete_texts("importer", [sha256(first), sha256("unheard of")]) == 1
    assert next_prompt(labels, "ann") == second
    assert [item.prompt for item in labels.items(with_text=True)] == [second]
    labels.release("ann")
    labels.add_items([first], "importer")
    assert labels.counts().open == 2


def test_what_is_undone_after_its_text_went_has_no_prompt_to_show(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    labels.save_label(label(prompt))
    labels.delete_texts("importer")
    undone = labels.undo("ann")
    assert undone is not None
    assert undone.item is None
    assert next_prompt(labels, "ann") is None


def test_old_texts_are_purged_and_nothing_else(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    labels.add_items(["a newer one"], "somebody")
    labels.save_label(label(prompt))
    age(labels, 31, "importer")
    age(labels, 29, "somebody")
    assert labels.purge(0) == 0
    assert labels.purge(30) == 1
    assert kept_texts(labels) == {"a newer one"}
    assert (labels.counts().labels, labels.counts().items) == (1, (1, 1))
    with pytest.raises(BadInputError, match="less than no time"):
        labels.purge(-1)


def test_a_running_app_purges_by_itself(labels: LabelStore) -> None:
    queue(labels, 1)
    age(labels, 31, "importer")
    off = Retention(labels.access, 0)
    off.start()
    off.stop()
    assert len(kept_texts(labels)) == 1
    retention = Retention(labels.access, 30)
    retention.start()
    retention.stop()  # ends after the purge at hand
    assert kept_texts(labels) == set()


def test_a_deleted_text_is_nowhere_in_the_files(on_sqlite: Settings) -> None:
    store = FeedbackStore.open(on_sqlite)
    labels = LabelStore(store.access)
    secret = "The quick brown secret of the test" * 40
    labels.add_items([secret, "another"], "importer")
    labels.save_label(label(secret, comment="a comment on it"))
    assert in_files(on_sqlite.data_dir, "brown secret")
    labels.delete_texts("importer")
    assert not in_files(on_sqlite.data_dir, "brown secret")
    assert in_files(on_sqlite.data_dir, "a comment on it")
    store.close()


def in_files(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.iterdir())
