"""RouterArena: two LLMs on the same queries, and queries that are other sets' questions in a wrapping."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.data import mmlu, routerarena
from benchmarks.data.routerarena import without_format
from benchmarks.split import question_key
from errors import DataError


def test_the_dearer_llm_is_the_worse_one(data_dir: Path) -> None:
    benchmark = routerarena.load(data_dir)
    assert len(benchmark) == 625
    assert [round(float(np.mean(benchmark.quality[llm])), 3) for llm in routerarena.LLMS] == [0.684, 0.513]
    costs = [float(np.mean(benchmark.cost_usd[llm])) for llm in routerarena.LLMS]
    assert costs == pytest.approx([0.000048, 0.000179], abs=1e-6)


def test_its_mmlu_questions_are_the_keys_of_mmlu(data_dir: Path) -> None:
    benchmark = routerarena.load(data_dir)
    known = {question_key(question) for question in mmlu.load(data_dir, drop_contaminated=False).questions}
    asked = [q for q, task in zip(benchmark.questions, benchmark.categories, strict=True) if task.startswith("MMLU_")]
    assert len(asked) == 14
    assert {question_key(question) for question in asked} <= known


def test_without_format_keeps_context_and_question() -> None:
    wrapped = "Please answer.\n\nContext: {}\n\nQuestion: Why?\n\nOptions: \nA. one\n\nProvide the letter."
    assert without_format(wrapped.format("None")) == "Why?"
    assert without_format(wrapped.format("It rained.")) == "It rained.\n\nWhy?"
    assert without_format("Translate this.") == "Translate this."


def test_files_about_different_queries_are_an_error(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "routerarena" / "cached_results"
    shutil.copytree(data_dir / "routerarena" / "cached_results", folder, copy_function=shutil.copyfile)
    path = folder / f"{routerarena.LLMS[0]}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[1:]), encoding="utf-8")
    with pytest.raises(DataError, match="not about the same queries"):
        routerarena.load(tmp_path)
