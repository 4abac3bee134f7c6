"""Ratings become labels and training data, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from errors import BadInputError, UnknownNameError
from feedback.judge_export import training_lines, write_lines
from feedback.judge_input import read_prompts
from feedback.judge_labels import people_tiers, rule, save_labels, with_people
from feedback.judge_plan import JudgedPrompt
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.rows import sha256
from settings import Settings
from tests.feedback.judging import (
    JUDGE,
    SECOND_JUDGE,
    Court,
    JudgingProvider,
    judging,
    prompts,
    rated,
    weak_comes_first,
)
from tests.feedback.samples import comparison

PROMPTS = 12


@pytest.fixture
def provider() -> Iterator[JudgingProvider]:
    with judging() as running:
        running.says = stars_by_number
        yield running


@pytest.fixture
def court(provider: JudgingProvider, database: Settings) -> Iterator[Court]:
    court = Court(provider, database)
    yield court
    court.feedback.close()


@pytest.fixture
def labels(court: Court) -> LabelStore:
    labels = LabelStore(court.feedback.access)
    labels.add_items([one.prompt for one in prompts(PROMPTS)], "tester")
    return labels


def stars_by_number(model: str, told: str) -> str:
    """Prompts 0 to 3 get 5, 4 to 7 get 2, 8 and 9 what the order says, the others nonsense."""
    number = int(told.partition("What is ")[2].split()[0])
    if number < 4:
        return rated(5)
    if number < 8:
        return rated(2)
    return rated(5 if weak_comes_first(told) else 3) if number < 10 else "no idea"


def test_labels_are_saved_once_with_their_source(court: Court, labels: LabelStore) -> None:
    run, progress = court.tries(PROMPTS, reference_tier=2)
    assert (progress.done, progress.failed) == (10, 2)
    record, judged = court.judge.results(run.record.id)
    saved = save_labels(record, judged, labels)
    assert (saved.new, saved.known, saved.torn, saved.unrated) == (8, 0, 2, 2)
    again = save_labels(record, judged, labels)
    assert (again.new, again.known) == (0, 8)
    resolved = labels.resolved(sources=("judge",))
    assert {one.prompt: one.tier for one in resolved} == {
        **{one.prompt: 1 for one in prompts(4)},
        **{one.prompt: 2 for one in prompts(8)[4:]},
    }
    kept = [stored.label for stored in labels.labels(sources=("judge",))]
    assert {label.annotator for label in kept} == {JUDGE}
    assert {label.rating for label in kept} == {5, 2}
    assert all(run.record.id in label.id for label in kept), "a label says which run it is of"
    assert len(list(labels.items(lacking="judge"))) == 4


def test_a_prompt_that_the_store_does_not_know_needs_its_text(court: Court) -> None:
    labels = LabelStore(court.feedback.access)
    run, _ = court.tries(2, judges=(JUDGE, SECOND_JUDGE))
    record, judged = court.judge.results(run.record.id)
    with pytest.raises(UnknownNameError):
        save_labels(record, judged, labels)
    texts = {sha256(one.prompt): one.prompt for one in prompts(2)}
    assert save_labels(record, judged, labels, texts).new == 2
    (first, _) = labels.resolved(sources=("judge",))
    assert first.annotators == 1, "several judges of one run speak with one voice"


def test_judges_are_held_against_people(court: Court, labels: LabelStore) -> None:
    run, _ = court.tries(PROMPTS)
    _, judged = court.judge.results(run.record.id)
    assert with_people(judged, people_tiers(labels), 3) is None
    tiers = {one.prompt_sha256: 1 if (one.rating or 0) >= 4 else 3 for one in judged}
    assert with_people(judged, tiers, 3) is None, "eight labels are too few"
    many = [*judged, *judged]
    found = with_people(many, tiers, 3)
    assert found is not None
    assert (found.n, found.kappa.value) == (16, 1)
    assert found.spearman.value == pytest.approx(1)
    for prompt_sha256, tier in tiers.items():
        labels.save_label(Label(prompt_sha256=prompt_sha256, annotator="somebody", tier=tier))
    assert people_tiers(labels) == tiers


def test_training_data_says_what_each_router_learns(court: Court, labels: LabelStore, tmp_path: Path) -> None:
    run, _ = court.tries(PROMPTS)
    record, judged = court.judge.results(run.record.id)
    texts = {sha256(one.prompt): one.prompt for one in prompts(PROMPTS)[1:]}
    path = tmp_path / "judged.jsonl"
    assert write_lines(path, training_lines(record, judged, texts)) == 9, "the first prompt's text was not kept"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    by_prompt = {line["prompt"]: line for line in lines}
    good, bad, torn = (by_prompt[f"What is {number} times seven?"] for number in (1, 4, 8))
    assert (good["stars_low"], good["stars_high"], good["tier"], good["p_reference_wins"]) == (5, 5, 1, 0.5)
    assert (bad["stars_low"], bad["stars_high"], bad["tier"], bad["p_reference_wins"]) == (2, 2, 3, 1)
    assert (torn["stars_low"], torn["stars_high"], torn["tier"], torn["rating"]) == (3, 5, None, 4)
    assert torn["p_reference_wins"] == 0.75
    assert good["judges"] == [JUDGE]
    with pytest.raises(BadInputError, match="cannot be written"):
        write_lines(tmp_path / "nowhere" / "x.jsonl", [])


def test_texts_can_be_forgotten_and_figures_stay(court: Court, labels: LabelStore) -> None:
    run, _ = court.tries(2)
    before = court.store.spent(run.record.id)
    assert court.store.forget([sha256(prompts(1)[0].prompt)]) == 4
    _, (gone, kept) = court.judge.results(run.record.id)
    assert (gone.weak, gone.reference, gone.rating) == (None, None, None)
    assert kept.rating == 5
    assert court.store.spent(run.record.id) == before


def test_who_deletes_a_prompt_deletes_what_judges_were_told_of_it(court: Court, labels: LabelStore) -> None:
    run, _ = court.tries(2)
    deleted, kept_too = (one.prompt for one in prompts(2))
    court.feedback.save_comparison(comparison(author="somebody else", prompt=kept_too, consent=True))
    assert labels.delete_texts("tester") == PROMPTS
    _, (gone, kept) = court.judge.results(run.record.id)
    assert (gone.prompt_sha256, gone.weak, gone.rating) == (sha256(deleted), None, None)
    assert kept.rating == 5, "another author keeps the same prompt"


def test_the_rule_is_said_with_the_reference_s_tier() -> None:
    assert "tier 1 (simple) does" in rule(3)
    assert "tier, 3 (reasoning)" in rule(3)
    assert "tier, 2 (general)" in rule(2)


def test_prompts_come_from_files(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text(
        'prompt,weak_answer,reference_answer\nWhy?,So.,Because.\n\'=1+1,,\n,a,b\n"two\nlines",,\n', encoding="utf-8"
    )
    found, problems = read_prompts(table)
    assert found == [JudgedPrompt("Why?", "So.", "Because."), JudgedPrompt("=1+1"), JudgedPrompt("two\nlines")]
    assert problems == ("Row 4: The prompt is empty.",)
    lines = tmp_path / "own.jsonl"
    lines.write_text('{"prompt": "Why?"}\n\nnot json\n{"prompt": 7}\n{"text": "x"}\n', encoding="utf-8")
    found, problems = read_prompts(lines)
    assert found == [JudgedPrompt("Why?")]
    assert [problem.partition(":")[0] for problem in problems] == ["Row 3", "Row 4", "Row 5"]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("own.txt", b"prompt", "neither .csv nor .jsonl"),
        ("own.csv", b"prompt\n\xff\xfe", "cannot be read"),
        ("missing.csv", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes | None, what: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError, match=what):
        read_prompts(path)
