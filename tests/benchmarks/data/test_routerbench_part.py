"""RouterBench's part: last questions only, one row a sample, quality and cost as published."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.data import mmlu, routerbench_part
from benchmarks.data.routerbench_part import last_question, without_options
from benchmarks.split import question_key
from errors import DataError


def test_rows_quality_and_cost(data_dir: Path) -> None:
    benchmark = routerbench_part.load(data_dir)
    assert (len(benchmark), len(benchmark.quality)) == (2_806, 11)
    strong, weak = "gpt-4-1106-preview", "mistralai/mistral-7b-chat"
    assert [round(float(np.mean(benchmark.quality[llm])), 2) for llm in (strong, weak)] == [0.87, 0.55]
    assert [round(float(np.mean(benchmark.cost_usd[llm])) * 1000, 2) for llm in (strong, weak)] == [4.89, 0.08]
    assert list(benchmark.cost_usd) == list(benchmark.quality)
    assert not np.isnan([*benchmark.quality.values(), *benchmark.cost_usd.values()]).any()


def test_no_prompt_holds_the_solved_examples(data_dir: Path) -> None:
    benchmark = routerbench_part.load(data_dir)
    by_task = [
        prompt
        for prompt, task in zip(benchmark.prompts, benchmark.categories, strict=True)
        if task in ("arc-challenge", "winogrande")
    ]
    assert len(by_task) > 2_000
    assert all(prompt.count("Print only a single choice") == 1 for prompt in by_task)


def test_its_mmlu_questions_are_the_keys_of_mmlu(data_dir: Path) -> None:
    benchmark = routerbench_part.load(data_dir)
    known = {question_key(question) for question in mmlu.load(data_dir, drop_contaminated=False).questions}
    asked = [
        question_key(question)
        for question, task in zip(benchmark.questions, benchmark.categories, strict=True)
        if task.startswith("mmlu-")
    ]
    assert len(asked) == 114
    assert set(asked) <= known


def test_last_question_takes_the_last_turn_and_the_last_example() -> None:
    prompt = repr(["Follow the examples.", "One?\nA) a\nB) b\nAnswer:\nA\n\nTwo?\nA) c\nB) d\nAnswer:"])
    assert last_question(prompt) == "Two?\nA) c\nB) d\nAnswer:"
    assert last_question(repr(["Please answer with the letter of the correct answer.\n\nThree?"])) == "Three?"


def test_options_are_left_out_of_the_question() -> None:
    prompt = 'See A) below.\nWhich?\nA) one\nB) two\nPrint only a single choice from "A" or "B".\nAnswer:'
    assert without_options(prompt) == "See A) below.\nWhich?"
    assert without_options("Write a function.") == "Write a function."


@pytest.mark.parametrize("cell", ["no list", "[]", "[1]", "['half"])
def test_a_prompt_that_is_no_list_of_turns_is_an_error(data_dir: Path, tmp_path: Path, cell: str) -> None:
    folder = tmp_path / "routerbench_part"
    shutil.copytree(data_dir / "routerbench_part", folder, copy_function=shutil.copyfile)
    (folder / "routerbench_zs" / "broken.csv").write_text(f'sample_id,prompt,eval_name\nx,"{cell}",y\n')
    with pytest.raises(DataError, match="has a prompt that is not"):
        routerbench_part.load(tmp_path)
