"""Which labels teach and which measure, and when there are too few."""

from __future__ import annotations

import dataclasses
import re

import pytest

from benchmarks.split import is_test
from feedback.learning.labelled import Fewest, TooFewLabelsError, enough, split_labels
from feedback.rows import sha256
from tests.feedback.learning.synthetic import at_random, by_topic, labels_of, prompts

FEW = Fewest(learning=10, held_out=5, learning_each=2, held_out_each=1)
MANY = Fewest(learning=60, held_out=30, learning_each=8, held_out_each=4)


def test_no_question_teaches_and_measures() -> None:
    labels = by_topic(120)
    twins = [
        dataclasses.replace(label, prompt=label.prompt.upper() + " ", prompt_sha256=sha256(label.prompt.upper()))
        for label in labels
    ]
    split = split_labels([*labels, *twins], FEW)
    assert len(split.learning) + len(split.held_out) == 240
    assert all(is_test(prompt) for prompt in split.held_out.prompts)
    assert not any(is_test(prompt) for prompt in split.learning.prompts)
    assert len(set(split.held_out.groups.tolist())) * 2 == len(split.held_out)


def test_equal_questions_are_in_the_same_fold() -> None:
    texts = prompts()[:60]
    split = split_labels(labels_of([*texts, *[(f"{text}  ?", tier) for text, tier in texts]]), FEW)
    folds: dict[str, set[int]] = {}
    for prompt, fold in zip(split.learning.prompts, split.learning.folds, strict=True):
        folds.setdefault(re.sub(r"\W", "", prompt), set()).add(int(fold))
    assert all(len(found) == 1 for found in folds.values())
    assert len(set(split.learning.folds.tolist())) == 5


def test_random_prompts_alone_measure_where_they_are_enough() -> None:
    drawn = labels_of(prompts()[:100], drawn=True)
    queued = labels_of(prompts()[100:200], drawn=False)
    split = split_labels([*drawn, *queued], FEW)
    assert split.random
    assert all(label.random for label in split.held_out.labels)
    assert {label.random for label in split.learning.labels} == {True, False}


def test_all_held_out_prompts_measure_where_random_ones_are_few() -> None:
    drawn, queued = labels_of(prompts()[:4], drawn=True), labels_of(prompts()[4:100], drawn=False)
    split = split_labels([*drawn, *queued], FEW)
    assert not split.random
    assert {label.random for label in split.held_out.labels} == {True, False}


def test_of_two_labels_on_a_prompt_the_later_counts() -> None:
    labels = by_topic(80)
    later = dataclasses.replace(labels[0], tier=3, created_at=labels[-1].created_at)
    split = split_labels([later, *labels], FEW)
    assert [label.tier for label in split.used if label.prompt == labels[0].prompt] == [3]
    assert split.unusable == 1


def test_labels_without_a_usable_prompt_are_counted() -> None:
    labels = by_topic(80)
    empty = dataclasses.replace(labels[0], prompt=" \n", prompt_sha256="0" * 64)
    assert split_labels([empty, *labels], FEW).unusable == 1


def test_the_hash_of_labels_knows_tiers_and_no_order() -> None:
    labels = by_topic(80)
    here = split_labels(labels, FEW).labels_sha256
    assert split_labels(labels[::-1], FEW).labels_sha256 == here
    changed = [dataclasses.replace(labels[0], tier=labels[0].tier % 3 + 1), *labels[1:]]
    assert split_labels(changed, FEW).labels_sha256 != here


def test_too_few_labels_are_refused_with_how_many_are_missing() -> None:
    with pytest.raises(TooFewLabelsError, match="too few labels") as refused:
        split_labels(by_topic(40), MANY)
    asked = re.fullmatch(r"Label about (\d+) prompts( more|, at least .*)\.", refused.value.mend)
    assert asked is not None, refused.value.mend
    split_labels(by_topic(40 + int(asked[1]) + 40), MANY)


def test_a_missing_class_is_named() -> None:
    texts = [(text, 2 if tier == 3 else tier) for text, tier in prompts()[:200]]
    with pytest.raises(TooFewLabelsError, match=r"at least 14 “reasoning”"):
        split_labels(labels_of(texts), MANY, classes=3)
    assert split_labels(labels_of(texts), MANY, classes=2).used
    alike = labels_of([(text, 1) for text, _ in prompts()[:300]])
    assert "general or reasoning" in enough(alike, MANY).of_classes
    assert "“general or reasoning”" in enough(alike, MANY).among_them


def test_nothing_is_missing_where_there_is_enough() -> None:
    assert not enough(at_random(300, seed=4), MANY, classes=3)
    assert enough([], MANY).total == 100
