"""What people said of prompts: kept as it was said, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from errors import BadInputError, UnknownNameError
from feedback.label_records import MAX_COMMENT_CHARACTERS, Imported, Label
from feedback.label_rows import Draw
from feedback.label_store import LabelStore
from feedback.label_tables import LabelRow
from feedback.records import new_id
from feedback.rows import sha256
from feedback.store import FeedbackStore
from tests.feedback.labelling import label, label_next, next_prompt, prompts, queue
from tests.feedback.samples import PROMPT, comparison


def said(labels: LabelStore) -> list[tuple[str, str, int | None, bool]]:
    return [(kept.label.annotator, kept.label.verdict, kept.label.tier, kept.leads) for kept in labels.labels()]


def test_prompts_are_queued_once(labels: LabelStore) -> None:
    texts = prompts(1_201)
    assert labels.add_items([*texts, texts[5]], "importer") == Imported(1_201, 1)
    assert labels.add_items(iter(texts[:10]), "another", overlap=3) == Imported(0, 10)
    assert labels.counts().items == (1_201, 0)
    assert {item.wanted for item in labels.items()} == {1}, "what is queued already stays as it is"
    assert labels.origins() == {"": 1_201}


@pytest.mark.parametrize("prompt", ["", " \n", "x" * 200_001], ids=["empty", "blank", "long"])
def test_what_is_no_prompt_is_refused(sqlite_labels: LabelStore, prompt: str) -> None:
    with pytest.raises(BadInputError):
        sqlite_labels.add_items([prompt], "importer")
    assert sqlite_labels.counts().items == (0, 0)


def test_a_label_is_kept_with_everything_known_of_it(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    given = label(
        prompt,
        tier=3,
        comment="=1+1 <b>hard</b>",
        rating=4,
        panel_shown=True,
        seconds=2.5,
        router="knn",
        version="1-abc",
    )
    assert labels.save_label(given)
    (kept,) = labels.labels()
    assert kept.label == given
    assert (kept.leads, kept.prompt, kept.prompt_characters) == (True, prompt, len(prompt))
    assert (kept.importer, kept.origin, kept.random) == ("importer", "rivers.csv", next(labels.items()).random)
    assert timedelta(0) <= given.created_at - kept.imported_at < timedelta(minutes=5)


def test_a_double_click_labels_once(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    once = label(prompt)
    assert labels.save_label(once)
    assert not labels.save_label(once)
    assert not labels.save_label(dataclasses.replace(once, tier=2)), "the id was used"
    assert said(labels) == [("ann", "route", 1, True)]


def test_a_changed_label_is_a_new_row_and_the_latest_leads(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1, overlap=2)
    labels.save_label(label(prompt, tier=1))
    labels.save_label(label(prompt, tier=3, created_at=datetime(2020, 1, 1, tzinfo=UTC)))  # a clock that is wrong
    assert said(labels) == [("ann", "route", 1, False), ("ann", "route", 3, True)]
    assert next(labels.items()).given == 1, "one annotator, however often"
    assert [kept.label.tier for kept in labels.labels(leading_only=True)] == [3]


def test_undo_takes_back_one_after_the_other_and_brings_the_prompt_back(labels: LabelStore) -> None:
    queue(labels, 3)
    first, second = label_next(labels, "ann", tier=1), label_next(labels, "ann", verdict="skip", tier=None)
    undone = labels.undo("ann")
    assert undone is not None
    assert undone.item is not None
    assert (undone.label.verdict, undone.item.prompt) == ("skip", second)
    assert next_prompt(labels, "ann") == second, "held for who took it back"
    again = labels.undo("ann")
    assert again is not None
    assert again.label.prompt_sha256 == sha256(str(first))
    assert labels.undo("ann") is None
    assert labels.undo("bob") is None
    assert labels.progress("ann").mine == 0
    assert [row[1:] for row in said(labels)] == [
        ("route", 1, False),
        ("skip", None, False),
        ("undo", None, False),
        ("undo", None, False),
    ]
    assert list(labels.labels(leading_only=True)) == []


def test_a_double_click_undoes_once(labels: LabelStore) -> None:
    queue(labels, 2)
    label_next(labels, "ann")
    label_next(labels, "ann")
    click = new_id()
    assert labels.undo("ann", label_id=click) is not None
    assert labels.undo("ann", label_id=click) is None
    assert labels.progress("ann").mine == 1


def test_progress_and_pace(labels: LabelStore) -> None:
    queue(labels, 5)
    assert labels.progress("ann").seconds_per_label is None
    for seconds in (1.0, 2.0, 30.0):
        label_next(labels, "ann", seconds=seconds)
    label_next(labels, "bob", seconds=100.0)
    progress = labels.progress("ann")
    assert (progress.total, progress.done, progress.mine, progress.seconds_per_label) == (5, 4, 3, 2.0)
    assert progress.open_to_me
    label_next(labels, "bob")
    assert not labels.progress("ann").open_to_me
    assert labels.annotators() == {"ann": 3, "bob": 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"tier": None},
        {"tier": 0},
        {"tier": 4},
        {"verdict": "unsure", "tier": 1},
        {"verdict": "best"},
        {"source": "nobody"},
        {"rating": 0},
        {"rating": 6},
        {"id": ""},
        {"id": "x" * 81},
        {"annotator": ""},
        {"prompt_sha256": "abc"},
        {"comment": "x" * (MAX_COMMENT_CHARACTERS + 1)},
    ],
    ids=str,
)
def test_what_no_page_sends_is_refused(sqlite_labels: LabelStore, changes: dict[str, Any]) -> None:
    (prompt,) = queue(sqlite_labels, 1)
    with pytest.raises(BadInputError):
        sqlite_labels.save_label(dataclasses.replace(label(prompt), **changes))
    assert sqlite_labels.counts().labels == 0


def test_a_label_needs_a_prompt_that_is_known_or_its_text(labels: LabelStore) -> None:
    with pytest.raises(UnknownNameError, match="does not know this prompt"):
        labels.save_label(label("never seen"))
    with pytest.raises(BadInputError, match="on another prompt"):
        labels.save_label(label("never seen", source="correction"), prompt="something else")
    assert labels.counts().items == (0, 0)


def test_a_correction_keeps_the_text_only_with_consent_and_joins_no_queue(labels: LabelStore) -> None:
    for consent in (False, True):
        prompt = f"A visitor's prompt, consent {consent}"
        corrected = label(prompt, "visitor", 3, source="correction", router="knn", version="1-abc")
        assert labels.save_label(corrected, prompt=prompt, consent=consent)
        kept = list(labels.labels())[-1]
        assert (kept.prompt, kept.label) == (prompt if consent else None, corrected)
        assert kept.prompt_characters == len(prompt)
    assert labels.counts().items == (1, 1)
    assert next_prompt(labels, "ann") is None
    assert labels.progress("ann").total == 0
    assert [resolved.source for resolved in labels.resolved()] == ["correction"]


def test_a_correction_is_never_a_random_prompt(labels: LabelStore) -> None:
    prompts = [f"Prompt {number}" for number in range(30)]
    for prompt in prompts:
        labels.save_label(label(prompt, "visitor", 3, source="correction"), prompt=prompt, consent=True)
    assert any(Draw.of(sha256(prompt)).random for prompt in prompts)
    assert not any(resolved.random for resolved in labels.resolved())
    labels.add_items(prompts, "importer", annotators=["ann"])
    for _ in prompts:
        label_next(labels, "ann", tier=2)
    assert any(resolved.random for resolved in labels.resolved())


def test_a_corrected_prompt_can_join_the_queue_later(labels: LabelStore) -> None:
    prompt = "What a visitor asked"
    labels.save_label(label(prompt, "visitor", 3, source="correction"), prompt=prompt)
    assert labels.add_items([prompt], "importer", annotators=["ann"]) == Imported(1, 0)
    assert next_prompt(labels, "bob") is None
    assert label_next(labels, "ann", tier=2) == prompt
    assert [(found.tier, found.source) for found in labels.resolved()] == [(2, "people")]


def test_prompts_of_visitors_who_agreed_can_be_collected(store: FeedbackStore, labels: LabelStore) -> None:
    store.save_comparison(comparison(prompt="Not for others' eyes"))
    store.save_comparison(comparison(consent=True))
    assert labels.add_collected(overlap=2) == Imported(1, 0)
    assert labels.add_collected() == Imported(0, 1)
    item = labels.next_item("ann")
    assert item is not None
    assert (item.prompt, item.wanted) == (PROMPT, 2)
    assert labels.origins() == {"collected": 1}


def test_labels_and_prompts_are_read_in_pages(labels: LabelStore) -> None:
    texts = queue(labels, 2_050)
    rows = [label(text, f"annotator-{number % 3}") for number, text in enumerate(texts[:1_020])]
    for row in rows:
        labels.save_label(row)
    kept = list(labels.labels())
    assert [one.label.id for one in kept] == [row.id for row in rows]
    assert [one.number for one in labels.labels(after=kept[1_010].number)] == [one.number for one in kept[1_011:]]
    assert len({item.prompt_sha256 for item in labels.items()}) == 2_050
    assert len(list(labels.items(lacking="people"))) == 1_030
    assert len(list(labels.items(lacking="people", limit=1_005))) == 1_005
    assert list(labels.items(origin="elsewhere")) == []
    later = kept[1_015].label.created_at
    assert {one.label.id for one in labels.labels(since=later)} >= {row.id for row in rows[1_015:]}
    with labels.access.reading("The test could not read") as connection:
        assert connection.execute(select(func.count()).select_from(LabelRow)).scalar() == 1_020


def test_counts(labels: LabelStore) -> None:
    texts = queue(labels, 3)
    labels.save_label(label(texts[0]))
    labels.save_label(label(texts[0], tier=2))
    labels.save_label(Label(prompt_sha256=sha256(texts[1]), annotator="judge-1", tier=1, source="judge"))
    label_next(labels, "bob")
    labels.undo("bob")
    counts = labels.counts()
    assert (counts.items, counts.open, counts.unscored, counts.labels) == ((3, 0), 2, 2, 5)
    assert counts.leading == {"people": 1, "judge": 1}
