"""Somebody with many labels does not pass all of them for each prompt, and no prompt is lost by that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

import feedback.label_floor
import feedback.label_queue
from feedback.label_floor import Floors
from feedback.label_records import Label, PanelScore
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings
from tests.feedback.labelling import label_next, next_prompt, prompts

OWN = 1_500


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has many labels."""
    monkeypatch.setattr(feedback.label_queue, "MANY_LABELS", 0)


@contextmanager
def steps_of(store: LabelStore) -> Iterator[Callable[[], int]]:
    """Counts what SQLite does, in thousands of instructions: time would depend on the machine."""
    counted = 0

    def step() -> int:
        nonlocal counted
        counted += 1
        return 0

    def watch(connection: object, *_: object) -> None:
        connection.set_progress_handler(step, 1_000)  # type: ignore[attr-defined]  # of sqlite3

    with store.access.reading("for its engine") as connection:
        engine = connection.engine
    event.listen(engine, "checkout", watch)
    try:
        yield lambda: counted
    finally:
        event.remove(engine, "checkout", watch)


def test_the_way_past_ones_own_labels_is_gone_once(on_sqlite: Settings) -> None:
    store = LabelStore(FeedbackStore.open(on_sqlite).access)
    texts = prompts(OWN + 20)
    store.add_items(texts, "importer", overlap=2)
    store.save_scores([PanelScore(sha256(text), 1 - number / 5_000, 0.5) for number, text in enumerate(texts)])
    mine = [Label(prompt_sha256=sha256(text), annotator="ann", tier=1) for text in texts[:OWN]]
    for start in range(0, OWN, 500):
        store.save_imported(mine[start : start + 500])
    with steps_of(store) as steps:
        store.next_item("ann", besides=[])
        first = steps()
        store.release("ann")
        begun = steps()
        store.next_item("ann")
        again = steps() - begun
    assert first > 20, "the search passes all that ann has labelled"
    assert again < first / 5


@pytest.mark.usefixtures("many")
def test_everything_comes_once_with_a_floor_too(labels: LabelStore) -> None:
    texts = prompts(30)
    labels.add_items(texts, "importer", overlap=2)
    seen = [label_next(labels, "ann") for _ in texts]
    assert sorted(map(str, seen)) == sorted(texts)
    assert next_prompt(labels, "ann") is None


@pytest.mark.usefixtures("many")
def test_what_becomes_free_before_the_floor_comes_when_nothing_is_left_behind_it(labels: LabelStore) -> None:
    texts = prompts(12)
    labels.add_items(texts, "importer")
    held = labels.next_item("bob")
    assert held is not None
    seen = [label_next(labels, "ann") for _ in range(11)]
    assert held.prompt not in seen
    labels.release("bob")
    assert label_next(labels, "ann") == held.prompt


@pytest.mark.usefixtures("many")
def test_what_becomes_free_before_the_floor_waits_no_longer_than_the_floor_lasts(
    labels: LabelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = prompts(12)
    labels.add_items(texts, "importer")
    labels.save_scores([PanelScore(sha256(text), 0.5, 0.5) for text in texts])
    first = labels.next_item("bob")
    assert first is not None
    for _ in range(4):
        label_next(labels, "ann")
    labels.release("bob")
    monkeypatch.setattr(feedback.label_floor, "clock", lambda: float("inf"))
    rest = [label_next(labels, "ann") for _ in range(2)]
    assert first.prompt in rest, "of the two parts of the queue one is its own, and it is first there"


def test_a_floor_that_rises_lasts_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr(feedback.label_floor, "clock", lambda: moment)
    floors = Floors()
    assert floors.get("ann", random=True) is None
    floors.put("ann", 0.2, random=True)
    moment += feedback.label_floor.KEPT_S - 1
    floors.put("ann", 0.4, random=True)
    assert floors.get("ann", random=True) == 0.4
    assert floors.get("ann", random=False) is None
    assert floors.get("bob", random=True) is None
    moment += 1
    assert floors.get("ann", random=True) is None
