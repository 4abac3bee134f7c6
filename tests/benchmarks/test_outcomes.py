"""Outcomes come back from their file as they were, and hold no text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.outcomes import KEY_DIGITS, Outcomes, read_outcomes
from errors import DataError

TINY = Benchmark(
    name="tiny",
    prompts=("Why?\nA. yes", "why", "Where?"),
    questions=("Why?", "why", "Where?"),
    is_test=np.ones(3, dtype=bool),
    quality={"org/llm, small": np.array([0.0, 1.0, np.nan]), "b": np.array([1.0, 0.123456789, 0.5])},
    labels=np.array([0, 2, 1]),
    routes=("simple", "general", "reasoning"),
    cost_usd={"b": np.array([0.00012345678, 0.0, 2.5])},
)


def test_outcomes_come_back(tmp_path: Path) -> None:
    written = Outcomes.of(TINY)
    written.write(tmp_path, "tiny")
    read = read_outcomes(tmp_path, "tiny")
    assert read.questions == written.questions
    assert read.labels is not None
    assert read.labels.tolist() == [0, 2, 1]
    assert list(read.quality) == list(TINY.quality)
    for llm, values in TINY.quality.items():
        np.testing.assert_allclose(read.quality[llm], values, rtol=1e-5)
    np.testing.assert_allclose(read.cost_usd["b"], TINY.cost_usd["b"], rtol=1e-5)
    assert len(read) == 3


def test_equal_questions_share_a_group_and_no_text_is_written(tmp_path: Path) -> None:
    first, second, other = Outcomes.of(TINY).groups
    assert first == second != other
    content = Outcomes.of(TINY).write(tmp_path, "tiny").read_text()
    assert not any(question in content for question in ("Why", "why", "Where"))
    assert all(len(key) == KEY_DIGITS for key in Outcomes.of(TINY).questions)


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    path = Outcomes.of(TINY).write(tmp_path, "tiny")
    before = path.read_bytes()
    read_outcomes(tmp_path, "tiny").write(tmp_path, "tiny")
    assert path.read_bytes() == before


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_outcomes(tmp_path, "tiny")
