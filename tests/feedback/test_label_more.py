"""Who comes second finds what others have labelled, and may label it too."""

from __future__ import annotations

from feedback.label_store import LabelStore
from feedback.rows import sha256
from tests.feedback.labelling import label, label_next, next_prompt, queue


def finished(labels: LabelStore, number: int = 3) -> list[str]:
    """Prompts that ann has labelled and that nobody else is wanted for."""
    texts = queue(labels, number)
    for _ in texts:
        label_next(labels, "ann")
    assert next_prompt(labels, "bob") is None
    return texts


def test_the_second_person_gets_all_that_the_first_has_labelled(labels: LabelStore) -> None:
    texts = finished(labels)
    assert labels.by_others("bob") == len(texts)
    assert labels.open_too("bob") == len(texts)
    assert labels.by_others("bob") == 0, "they are open now"
    assert {label_next(labels, "bob", tier=2) for _ in texts} == set(texts)
    assert next_prompt(labels, "bob") is None
    assert len(labels.matrix()) == len(texts), "now agreement can be told"


def test_the_first_person_is_offered_nothing(labels: LabelStore) -> None:
    finished(labels)
    assert labels.by_others("ann") == 0
    assert labels.open_too("ann") == 0
    assert next_prompt(labels, "ann") is None


def test_one_more_person_is_wanted_and_not_more(labels: LabelStore) -> None:
    finished(labels)
    labels.open_too("bob")
    assert {item.wanted for item in labels.items()} == {2}
    for _ in range(3):
        label_next(labels, "bob")
    assert next_prompt(labels, "cy") is None
    labels.open_too("cy")
    assert {item.wanted for item in labels.items()} == {3}


def test_what_is_settled_discarded_given_to_others_or_deleted_stays_closed(labels: LabelStore) -> None:
    settled, discarded, deleted, fine = finished(labels, 4)
    labels.adjudicate(sha256(settled), "cy", 2)
    labels.save_label(label(discarded, "ann", None, verdict="discard"))
    labels.delete_texts("importer", [sha256(deleted)])
    labels.add_items(["For ann alone."], "importer", annotators=["ann"])
    labels.save_label(label("For ann alone.", "ann"))
    assert labels.by_others("bob") == 1
    assert labels.open_too("bob") == 1
    assert next_prompt(labels, "bob") == fine


def test_what_one_skipped_does_not_come_back(labels: LabelStore) -> None:
    (text,) = queue(labels, 1)
    labels.save_label(label(text, "bob", None, verdict="skip"))
    label_next(labels, "ann")
    assert labels.by_others("bob") == 0


def test_a_large_stock_is_opened_in_parts(labels: LabelStore) -> None:
    from feedback.label_more import MOST

    texts = queue(labels, MOST + 10)
    for text in texts:
        labels.save_label(label(text, "ann"))
    assert labels.by_others("bob") == MOST
    assert labels.open_too("bob") == MOST
    assert labels.by_others("bob") == 10
