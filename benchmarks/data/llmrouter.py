"""LLMRouter's questions from 14 tasks, each with the score of nine small and mid-sized open LLMs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, read_json, read_jsonl
from benchmarks.split import is_test, question_key
from errors import DataError

ORIGIN = "https://github.com/ulab-uiuc/LLMRouter, data"
FILES = ("train", "test")

_MGSM_FORMAT = "\nAfter careful thought, put you final answer in \\boxed{...}."
"""What one task adds to GSM8K's questions; without it they are the same questions."""


def load(data_dir: Path) -> Benchmark:
    """Load one row per question; quality is 0–1: right or wrong, on some tasks F1 or coverage.

    119 of the 500 published test questions are also in the published train file, so the two files are taken together,
    of equal questions the first one stays, and the split is this project's rule.

    Args:
        data_dir: Folder that holds `llmrouter/dcrouter_preprocessed` and `llmrouter/query_data`.

    Raises:
        DataError: Files are missing or not in their public format.
    """
    folder = data_dir / "llmrouter"
    tasks: dict[str, str] = {}
    by_question: dict[str, tuple[str, dict[str, float]]] = {}
    for name in FILES:
        for row in read_jsonl(folder / "query_data" / f"default_query_{name}.jsonl", ("query", "task_name"), ORIGIN):
            tasks.setdefault(row["query"], row["task_name"])
        for row in read_json(folder / "dcrouter_preprocessed" / f"{name}.json", ("question", "scores"), ORIGIN):
            by_question.setdefault(question_key(_question(row["question"])), (row["question"], row["scores"]))
    prompts = tuple(prompt for prompt, _ in by_question.values())
    questions = tuple(_question(prompt) for prompt in prompts)
    scores = [scored for _, scored in by_question.values()]
    llms = sorted(scores[0])
    if any(sorted(scored) != llms for scored in scores):
        raise DataError(f"{folder} has a question without a score of every LLM.", MEND.format(origin=ORIGIN))
    return Benchmark(
        name="llmrouter",
        prompts=prompts,
        questions=questions,
        is_test=np.array([is_test(question) for question in questions]),
        quality={llm: np.array([float(scored[llm]) for scored in scores]) for llm in llms},
        categories=tuple(tasks.get(prompt, "") for prompt in prompts),
    )


def _question(prompt: str) -> str:
    return prompt.removesuffix(_MGSM_FORMAT)
