"""Clicks that come twice, from several tabs, or again after a restart: each counts once, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from errors import PlaygroundError
from feedback.faults import StoreError
from feedback.inserting import add_or_replace, add_rows
from feedback.label_records import Undone
from feedback.label_rows import label_row, rating_row
from feedback.label_store import LabelStore
from feedback.label_tables import LabelHold, LabelRow, RatingRow
from feedback.records import new_id, now
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings
from tests.feedback.labelling import label, label_next, next_prompt, queue, rating


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What jobs return that all start at the same instant."""
    together = threading.Barrier(len(jobs))
    returned: list[object] = []

    def run(job: Callable[[], object]) -> None:
        together.wait()
        try:
            returned.append(job())
        except PlaygroundError as error:
            returned.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned


def test_one_label_from_many_tabs_counts_once(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1, overlap=3)
    said = label(prompt, comment="once")
    results = at_once(*[lambda: labels.save_label(said)] * 8)
    assert sorted(map(str, results)) == ["False"] * 7 + ["True"]
    assert next(labels.items()).given == 1
    assert len(list(labels.labels())) == 1


def test_different_labels_of_one_annotator_at_once_leave_one_that_leads(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1, overlap=3)
    many = [label(prompt, tier=number % 3 + 1) for number in range(6)]
    results = at_once(*[lambda one=one: labels.save_label(one) for one in many])  # type: ignore[misc]
    assert results == [True] * 6
    kept = list(labels.labels())
    assert [one.leads for one in kept] == [False] * 5 + [True], "the last that was written"
    assert next(labels.items()).given == 1


def test_one_undo_from_many_tabs_takes_back_one_label(labels: LabelStore) -> None:
    queue(labels, 6)
    for _ in range(6):
        label_next(labels, "ann")
    click = new_id()
    results = at_once(*[lambda: labels.undo("ann", label_id=click)] * 5)
    assert sum(isinstance(result, Undone) for result in results) == 1
    assert labels.progress("ann").mine == 5


def test_one_rating_and_one_settlement_from_many_tabs_count_once(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    thumb, click = rating(comment="good"), new_id()
    results = at_once(*[lambda: labels.save_rating(thumb)] * 4)
    assert sorted(map(str, results)) == ["False"] * 3 + ["True"]
    settle = [lambda: labels.adjudicate(sha256(prompt), "cy", 2, label_id=click)] * 4
    assert sorted(map(str, at_once(*settle))) == ["False"] * 3 + ["True"]
    assert (labels.counts().ratings, labels.counts().labels) == (1, 1)


def test_a_new_prompt_corrected_by_many_at_once_is_one_prompt(labels: LabelStore) -> None:
    prompt = "What everybody asks"
    said = [label(prompt, f"visitor-{number}", 3, source="correction") for number in range(6)]
    results = at_once(
        *[lambda one=one: labels.save_label(one, prompt=prompt, consent=True) for one in said]  # type: ignore[misc]
    )
    assert results == [True] * 6
    (item,) = labels.items()
    assert (item.prompt, item.wanted) == (prompt, 0)
    assert [(found.tier, found.annotators) for found in labels.resolved()] == [(3, 6)]


def test_one_file_imported_by_many_at_once_is_imported_once(labels: LabelStore) -> None:
    texts = [f"Question {number}?" for number in range(700)]
    results = at_once(
        lambda: labels.add_items(texts, "one").new,
        lambda: labels.add_items(texts[::-1], "two").new,
        lambda: labels.add_items(texts[100:500], "three").new,
    )
    assert sum(result for result in results if isinstance(result, int)) == 700, results
    assert labels.counts().items == (700, 0)


def test_a_restart_forgets_nothing(database: Settings) -> None:
    first = LabelStore(FeedbackStore.open(database).access)
    (prompt,) = queue(first, 1, overlap=2)
    said = label(prompt)
    assert first.save_label(said)
    held = next_prompt(first, "bob")
    first.access.close()
    second = LabelStore(FeedbackStore.open(database).access)
    assert not second.save_label(said)
    assert next_prompt(second, "bob") == held == prompt, "and it is still held for bob"
    assert next_prompt(second, "ann") is None
    second.access.close()


def test_a_number_that_is_taken_is_an_error_and_no_silent_loss(labels: LabelStore) -> None:
    """As when a database was filled by hand: an id that is known is harmless, anything else is not."""
    (prompt,) = queue(labels, 1)
    labels.save_label(label(prompt))
    labels.save_rating(rating())
    with pytest.raises(StoreError), labels.access.writing("The test could not write") as connection:
        add_rows(connection, RatingRow, [rating_row(rating()) | {"number": 1}], ["id"])
    with labels.access.writing("The test could not write") as connection:
        known = label_row(label(prompt)) | {"number": 1}
        assert add_rows(connection, LabelRow, [known]) == 0, "nothing may be there twice"
        assert add_rows(connection, LabelRow, []) == 0


def test_what_is_replaced_keeps_its_key(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    row = {"prompt_sha256": sha256(prompt), "annotator": "ann", "until": now()}
    with labels.access.writing("The test could not write") as connection:
        for _ in range(2):
            add_or_replace(connection, LabelHold, row, ("prompt_sha256", "annotator"))
        assert connection.execute(text("SELECT count(*) FROM label_holds")).scalar() == 1


def test_postgresql_does_not_wait_for_the_disk_to_hand_out(on_postgresql: Settings) -> None:
    store = FeedbackStore.open(on_postgresql)
    for durable, level in ((False, "off"), (True, "on")):
        with store.access.writing("The test could not write", durable=durable) as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == level
    store.close()
