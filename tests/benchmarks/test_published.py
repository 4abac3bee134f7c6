"""Published figures: readable, of known benchmarks and metrics, and with the values that everybody quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import FOLDER
from benchmarks.published import PUBLISHED_FILE, TIME, read_published
from benchmarks.suite import SUITE
from errors import DataError

FIGURES = read_published(FOLDER / PUBLISHED_FILE)


def test_routellms_best_figures_are_there() -> None:
    best = {
        name: max(
            figure.value
            for figure in FIGURES
            if (figure.benchmark, figure.metric) == (name, "APGR") and figure.source.startswith("RouteLLM")
        )
        for name in ("mt-bench", "mmlu", "gsm8k")
    }
    assert best == {"mt-bench": 0.802, "mmlu": 0.603, "gsm8k": 0.622}


def test_every_figure_is_of_a_known_benchmark_and_none_stands_twice() -> None:
    assert {figure.benchmark for figure in FIGURES} <= {entry.name for entry in SUITE} | {TIME}
    named = [(figure.benchmark, figure.metric, figure.router) for figure in FIGURES]
    assert len(set(named)) == len(named)


def test_times_say_on_which_machine_they_were_taken() -> None:
    times = [figure for figure in FIGURES if figure.benchmark == TIME]
    assert {figure.metric for figure in times} == {"ms per prompt", "requests per second"}
    assert {figure.value for figure in times} >= {155, 70, 42, 2.9, 15, 60, 50, 120, 231, 689}
    assert all(figure.note for figure in times)


def test_shares_are_shares() -> None:
    for figure in FIGURES:
        if figure.metric in ("CPT50", "CPT80", "accuracy", "macro F1", "AUC"):
            assert 0 < figure.value < 1


@pytest.mark.parametrize("content", ["", "- benchmark: ray\n", "a: [", "- {benchmark: ray, odd: 1}\n"])
def test_a_broken_file_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / PUBLISHED_FILE
    path.write_text(content)
    with pytest.raises(DataError, match="cannot be read"):
        read_published(path)
