"""The split rule: equal questions get equal keys, in one set and across sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.data import gsm8k, mmlu, mmlu_pro, zeroeval
from benchmarks.split import is_test, question_key, side


def test_the_key_is_the_sha256_of_letters_and_digits() -> None:
    # printf 'whatis2plus2' | sha256sum
    assert question_key("What is 2 plus 2?") == "cf99499e07454e891ec645a3530b1cd5a05956f9aca3be9640e869978785c66b"


@pytest.mark.parametrize(
    "variant",
    ["  how many EGGS\nare  there", "How many eggs are there?!", "Ｈow many eggs—are there"],
)
def test_spelling_without_meaning_does_not_change_the_key(variant: str) -> None:
    assert question_key(variant) == question_key("How many eggs are there")


def test_another_word_changes_the_key() -> None:
    assert question_key("How many eggs are there") != question_key("How many hens are there")


@given(st.text(st.characters(codec=None)))
def test_every_text_has_a_side(text: str) -> None:
    assert side(text) == ("test" if is_test(text) else "train")
    assert (int(question_key(text), 16) % 5 < 2) == is_test(text)


def test_two_fifths_are_test() -> None:
    share = sum(is_test(f"question {number}") for number in range(5000)) / 5000
    assert share == pytest.approx(0.4, abs=0.03)


def test_gsm8k_questions_have_equal_keys_in_both_sets(data_dir: Path) -> None:
    routellm = gsm8k.load(data_dir, drop_contaminated=False)
    other = zeroeval.load(data_dir, "gsm")
    assert {question_key(text) for text in routellm.questions} == {question_key(text) for text in other.questions}


def test_mmlu_questions_fall_on_one_side_in_both_sets(data_dir: Path) -> None:
    four, ten = mmlu.load(data_dir), mmlu_pro.load(data_dir)
    side_of = {question_key(text): bool(held) for text, held in zip(four.questions, four.is_test, strict=True)}
    shared = [
        (side_of[key], bool(held))
        for key, held in zip(map(question_key, ten.questions), ten.is_test, strict=True)
        if key in side_of
    ]
    assert len(shared) > 5000
    assert all(one == other for one, other in shared)
    with_options = {question_key(text) for text in four.prompts} & {question_key(text) for text in ten.prompts}
    assert len(with_options) < len(shared) / 2, "most pairs have other options, so the key must not see these"
