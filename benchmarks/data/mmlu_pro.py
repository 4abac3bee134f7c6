"""MMLU-Pro: which of 29 LLMs answered ten-option questions from 14 domains correctly."""

from __future__ import annotations

from pathlib import Path
from string import ascii_uppercase

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import read_jsonl
from benchmarks.data.zeroeval import table
from benchmarks.split import is_test

ORIGIN = "https://github.com/TIGER-AI-Lab/MMLU-Pro, eval_results (condensed to questions, correct, output_chars)"


def with_options(question: str, options: list[str]) -> str:
    """The prompt of a question: its options as lines `A. …`, then `Answer:`, as in MMLU."""
    lines = [f"{letter}. {option}" for letter, option in zip(ascii_uppercase, options, strict=False)]
    return "\n".join([question, *lines, "Answer:"])


def load(data_dir: Path) -> Benchmark:
    """Load the questions; quality is 1 for a right answer, 0 for a wrong one, NaN where not run.

    Args:
        data_dir: Folder that holds `mmlu_pro/{questions.jsonl,correct.csv,output_chars.csv}.gz`.

    Raises:
        DataError: Files are missing, not in their format, or do not have the same rows.
    """
    folder = data_dir / "mmlu_pro"
    columns = ("question_id", "question", "options", "category")
    rows = read_jsonl(folder / "questions.jsonl.gz", columns, ORIGIN)
    ids = [str(row["question_id"]) for row in rows]
    questions = tuple(str(row["question"]) for row in rows)
    return Benchmark(
        name="mmlu-pro",
        prompts=tuple(with_options(row["question"], row["options"]) for row in rows),
        questions=questions,
        is_test=np.array([is_test(question) for question in questions]),
        quality=table(folder / "correct.csv.gz", "question_id", ids, ORIGIN),
        categories=tuple(str(row["category"]) for row in rows),
        output_chars=table(folder / "output_chars.csv.gz", "question_id", ids, ORIGIN),
    )
