"""Who gets which prompt next, on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

import feedback.label_queue
from errors import BadInputError, PlaygroundError
from feedback.label_records import PanelScore
from feedback.label_rows import RANDOM_SHARE, Draw
from feedback.label_store import LabelStore
from feedback.rows import sha256
from tests.feedback.labelling import label, label_next, next_prompt, prompts, queue


def test_everybody_gets_every_prompt_once_and_no_more_people_than_wanted(labels: LabelStore) -> None:
    texts = queue(labels, 12, overlap=2)
    seen: Counter[str] = Counter()
    for annotator in ("ann", "bob", "cy"):
        mine = []
        while (prompt := label_next(labels, annotator)) is not None:
            mine.append(prompt)
        assert len(set(mine)) == len(mine), "nobody gets the same prompt twice"
        seen.update(mine)
    assert seen == dict.fromkeys(texts, 2)
    assert labels.progress("ann").done == 12


def test_a_reloaded_page_gets_the_prompt_that_it_had(labels: LabelStore) -> None:
    queue(labels, 3)
    first = next_prompt(labels, "ann")
    assert next_prompt(labels, "ann") == first
    assert next_prompt(labels, "bob") != first, "held for ann"


def test_the_prompt_after_can_be_fetched_ahead(labels: LabelStore) -> None:
    queue(labels, 2)
    item = labels.next_item("ann")
    assert item is not None
    after = labels.next_item("ann", besides=[item.prompt_sha256])
    assert after is not None
    assert after.prompt_sha256 != item.prompt_sha256
    assert labels.next_item("ann", besides=[item.prompt_sha256, after.prompt_sha256]) is None
    assert labels.next_item("bob") is None, "both are held for ann"
    labels.save_label(label(item.prompt))
    again = labels.next_item("ann")
    assert again is not None
    assert again.prompt_sha256 == after.prompt_sha256


def test_who_leaves_gives_the_prompt_back_at_last(labels: LabelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(labels, 1)
    monkeypatch.setattr(feedback.label_queue, "HOLD", timedelta(seconds=-1))  # over as soon as it began
    assert next_prompt(labels, "ann") is not None
    assert next_prompt(labels, "bob") is not None


def test_who_lets_go_gives_it_back_at_once(labels: LabelStore) -> None:
    queue(labels, 1)
    assert next_prompt(labels, "ann") is not None
    assert next_prompt(labels, "bob") is None
    labels.release("ann")
    assert next_prompt(labels, "bob") is not None


def test_what_the_panel_is_least_sure_of_comes_first_and_every_fifth_by_chance(labels: LabelStore) -> None:
    texts = queue(labels, 200)
    scores = {sha256(text): number / 200 for number, text in enumerate(texts)}
    labels.save_scores([PanelScore(digest, score, score) for digest, score in scores.items()])
    turns = []
    for _ in range(50):
        item = labels.next_item("ann")
        assert item is not None
        assert item.uncertainty == scores[item.prompt_sha256]
        turns.append(item)
        labels.save_label(label(item.prompt))
    assert [turn.random for turn in turns] == ([False] * 4 + [True]) * 10
    by_panel = [scores[turn.prompt_sha256] for turn in turns if not turn.random]
    assert by_panel == sorted(by_panel, reverse=True)
    assert by_panel[0] == max(score for digest, score in scores.items() if not Draw.of(digest).random)
    by_chance = [scores[turn.prompt_sha256] for turn in turns if turn.random]
    assert by_chance != sorted(by_chance, reverse=True), "the panel has no say in the random part"
    assert 0.2 < sum(by_chance) / len(by_chance) < 0.8


def test_the_queue_works_before_the_panel_is_through(labels: LabelStore) -> None:
    texts = queue(labels, 40)
    ordinary = [text for text in texts if not Draw.of(sha256(text)).random]
    assert next_prompt(labels, "ann") in ordinary
    labels.release("ann")
    labels.save_scores([PanelScore(sha256(ordinary[7]), 0.1, 0.0), PanelScore(sha256(ordinary[9]), None, None)])
    assert next_prompt(labels, "ann") == ordinary[7], "one with a low score still comes before those without"
    assert len(labels.unscored(100)) == 38


def test_the_random_part_is_a_fixed_share_and_knows_nothing_of_the_prompt() -> None:
    draws = [Draw.of(sha256(prompt)) for prompt in prompts(5_000)]
    share = sum(draw.random for draw in draws) / len(draws)
    assert abs(share - RANDOM_SHARE) < 0.02
    numbers = [draw.number for draw in draws if draw.random]
    assert abs(sum(numbers) / len(numbers) - 0.5) < 0.03, "the place within the part is uniform too"
    assert Draw.of(sha256("x")) == Draw.of(sha256("x"))


def test_assigned_prompts_go_to_whom_they_are_assigned(labels: LabelStore) -> None:
    labels.add_items(["for both 1", "for both 2"], "importer", annotators=["ann", "bob"])
    labels.add_items(["for anybody"], "importer")
    assert {label_next(labels, "cy"), label_next(labels, "cy")} == {"for anybody", None}
    assert {label_next(labels, "ann"), label_next(labels, "ann")} == {"for both 1", "for both 2"}
    assert label_next(labels, "ann") is None
    assert labels.progress("ann").open_to_me is False
    assert labels.progress("bob").open_to_me is True
    assert {label_next(labels, "bob"), label_next(labels, "bob")} == {"for both 1", "for both 2"}
    assert labels.progress("bob").done == 3


def test_prompts_can_be_assigned_later(labels: LabelStore) -> None:
    queue(labels, 6)
    label_next(labels, "cy")
    assert labels.assign(["ann"], origin="elsewhere") == 0
    assert labels.assign(["ann", "bob"], origin="rivers.csv", limit=2) == 2
    assert labels.assign(["dee"]) == 3, "neither the labelled one nor the assigned ones"
    assert next_prompt(labels, "cy") is None
    answered = [label_next(labels, "ann") for _ in range(3)]
    assert answered[-1] is None
    assert len({label_next(labels, "bob"), *answered[:2]}) == 2, "both get the same two"
    scored = [PanelScore(item.prompt_sha256, 0.5, 0.5) for item in labels.items()]
    labels.save_scores(scored)
    assert next_prompt(labels, "dee") is not None
    with pytest.raises(BadInputError, match="Nobody was named"):
        labels.assign([])


def test_own_prompts_come_before_anybodys(labels: LabelStore) -> None:
    queue(labels, 20)
    labels.add_items(["mine"], "importer", annotators=["ann"])
    assert next_prompt(labels, "ann") == "mine"


@pytest.mark.parametrize("verdict", ["skip", "unsure", "discard"])
def test_what_was_skipped_goes_to_others_and_what_was_discarded_to_nobody(labels: LabelStore, verdict: str) -> None:
    (prompt,) = queue(labels, 1)
    assert label_next(labels, "ann", verdict=verdict, tier=None) == prompt
    assert next_prompt(labels, "ann") is None
    assert (next_prompt(labels, "bob") == prompt) is (verdict == "skip")
    assert labels.progress("ann").mine == (0 if verdict == "skip" else 1)


def test_a_discarded_prompt_comes_back_when_that_is_undone(labels: LabelStore) -> None:
    queue(labels, 1, overlap=3)
    label_next(labels, "ann", verdict="discard", tier=None)
    assert next_prompt(labels, "bob") is None
    assert labels.undo("ann") is not None
    assert next_prompt(labels, "bob") is not None


def test_more_people_can_be_wanted_later(labels: LabelStore) -> None:
    queue(labels, 2)
    while label_next(labels, "ann"):
        pass
    assert next_prompt(labels, "bob") is None
    assert labels.set_overlap(2, origin="elsewhere") == 0
    assert labels.set_overlap(2) == 2
    assert labels.set_overlap(2) == 0
    assert next_prompt(labels, "bob") is not None
    assert next_prompt(labels, "ann") is None
    assert labels.set_overlap(1) == 2
    assert labels.progress("bob").done == 2
    with pytest.raises(BadInputError, match="0 annotators per prompt is not possible"):
        labels.set_overlap(0)


@pytest.mark.parametrize("overlap", [1, 2])
def test_annotators_at_the_same_instant_never_exceed_the_overlap(labels: LabelStore, overlap: int) -> None:
    """Twelve people, four prompts: each prompt goes to as many as wanted it, and the rest are told there is none."""
    texts = queue(labels, 4, overlap=overlap)
    together, got, errors = threading.Barrier(12), [], []

    def fetch(number: int) -> None:
        try:
            together.wait()
            got.append(next_prompt(labels, f"annotator-{number}"))
        except PlaygroundError as error:
            errors.append(error)

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Counter(got) == dict.fromkeys(texts, overlap) | {None: 12 - 4 * overlap}


def test_answers_of_many_at_the_same_instant_are_all_counted(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1, overlap=8)
    together, errors = threading.Barrier(8), []

    def answer(number: int) -> None:
        try:
            together.wait()
            assert labels.save_label(label(prompt, f"annotator-{number}", tier=number % 3 + 1))
        except (PlaygroundError, AssertionError) as error:
            errors.append(error)

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    (item,) = labels.items()
    assert (item.given, item.open) == (8, False)


def test_work_on_a_prompt_that_others_finished_meanwhile_is_kept(
    labels: LabelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(labels, 1)
    monkeypatch.setattr(feedback.label_queue, "HOLD", timedelta(seconds=-1))
    slow, quick = labels.next_item("ann"), labels.next_item("bob")
    assert slow is not None
    assert quick is not None
    assert slow.prompt == quick.prompt, "ann took so long that bob got it too"
    assert labels.save_label(label(slow.prompt, "bob"))
    assert labels.save_label(label(slow.prompt, "ann"))
    assert labels.progress("ann").mine == 1


@pytest.mark.parametrize("name", ["", "x" * 201, "a\0b"])
def test_nobody_without_a_name_gets_a_prompt(sqlite_labels: LabelStore, name: str) -> None:
    queue(sqlite_labels, 1)
    with pytest.raises(BadInputError, match="no valid name"):
        sqlite_labels.next_item(name)
