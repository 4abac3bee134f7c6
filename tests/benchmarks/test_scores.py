"""Scores come back from their files; scores of other rows do not count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.scores import Scores, read_scores

QUESTIONS = ("aa", "bb", "cc")
NAMES = {"two": ["weak", "strong"], "three": ["simple", "general", "reasoning"], "never": ["weak", "strong"]}
TWO = np.array([[0.3, 0.7], [1.0, 0.0], [0.12346, 0.87654]])
THREE = np.array([[0.2, 0.3, 0.5], [np.nan] * 3, [0.0, 0.0, 1.0]])


def _written(folder: Path) -> Scores:
    scores = Scores({"three": THREE, "two": TWO}, {"two": {"org/llm:1": np.array([0.1, np.nan, 1.0])}})
    scores.write(folder, "tiny", QUESTIONS, NAMES)
    return scores


def test_scores_come_back(tmp_path: Path) -> None:
    _written(tmp_path)
    read = read_scores(tmp_path, "tiny", QUESTIONS)
    assert list(read.routes) == ["two", "three"]
    np.testing.assert_allclose(read.routes["two"], TWO)
    np.testing.assert_allclose(read.routes["three"], THREE)
    np.testing.assert_allclose(read.p_strong("three"), [0.8, np.nan, 1.0])
    np.testing.assert_allclose(read.choices["two"]["org/llm:1"], [0.1, np.nan, 1.0])


def test_scores_are_kept_with_five_digits_and_choices_with_four(tmp_path: Path) -> None:
    third = np.full((1, 2), 1 / 3)
    Scores({"two": third}, {"two": {"llm": third[:, 0]}}).write(tmp_path, "tiny", QUESTIONS[:1], NAMES)
    assert (tmp_path / "tiny.scores.csv").read_text() == "question,two:strong\naa,0.33333\n"
    assert (tmp_path / "tiny.choices.csv").read_text() == "question,two:llm\naa,0.3333\n"


@pytest.mark.parametrize("questions", [("aa", "bb"), ("aa", "cc", "bb")])
def test_scores_of_other_rows_do_not_count(tmp_path: Path, questions: tuple[str, ...]) -> None:
    _written(tmp_path)
    read = read_scores(tmp_path, "tiny", questions)
    assert not read.routes
    assert not read.choices


def test_forgetting_a_router_removes_its_choices_and_their_file(tmp_path: Path) -> None:
    scores = _written(tmp_path)
    scores.forget("two")
    scores.write(tmp_path, "tiny", QUESTIONS, NAMES)
    assert list(read_scores(tmp_path, "tiny", QUESTIONS).routes) == ["three"]
    assert not (tmp_path / "tiny.choices.csv").exists()


def test_nothing_was_scored_yet(tmp_path: Path) -> None:
    assert not read_scores(tmp_path, "tiny", QUESTIONS).routes
