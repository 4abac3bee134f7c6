"""Domains and lengths of test prompts, kept as numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.dashboard.results import Results
from benchmarks.dashboard.row_facts import COMMAND, FOLDER, ROW_FACTS_FILE, facts_of, read_row_facts, write_row_facts
from benchmarks.outcomes import Outcomes
from errors import DataError

THREE = Benchmark("x", ("aa", "b", "cccc"), ("aa", "b", "cccc"), np.ones(3, dtype=bool), categories=("z", "y", "z"))


def _write(folder: Path, entry: dict[str, object]) -> None:
    (folder / ROW_FACTS_FILE).write_text(json.dumps({"x": entry}), encoding="utf-8")


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    _write(tmp_path, facts_of(THREE))
    found = read_row_facts(tmp_path, "x", Outcomes.of(THREE).questions)
    assert [found.domains[number] for number in found.domain] == ["z", "y", "z"]
    assert found.prompt_chars.tolist() == [2, 1, 4]
    assert found.take(np.array([False, True, True])).prompt_chars.tolist() == [1, 4]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": "other"}, "other rows"),
        ({"prompt_chars": [1]}, "other rows"),
        ({"domain": [0, 1, 7]}, "does not exist"),
        ({"domain": ["a"]}, "nothing usable"),
    ],
)
def test_facts_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, object], said: str) -> None:
    _write(tmp_path, facts_of(THREE) | change)
    with pytest.raises(DataError, match=said) as caught:
        read_row_facts(tmp_path, "x", Outcomes.of(THREE).questions)
    assert COMMAND in caught.value.mend


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row-facts\.json is missing"):
        read_row_facts(tmp_path, "x", ())


def test_every_committed_benchmark_has_its_facts(committed: Results) -> None:
    for name in committed.names:
        facts = committed.numbers(name).facts
        assert facts is not None, f"run `{COMMAND}` again"
        assert (facts.prompt_chars > 0).all()


def test_the_command_writes_what_is_committed(tmp_path: Path, data_dir: Path) -> None:
    path = write_row_facts(data_dir, tmp_path)
    assert path.read_text(encoding="utf-8") == (FOLDER / ROW_FACTS_FILE).read_text(encoding="utf-8")
