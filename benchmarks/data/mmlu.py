"""MMLU with the correctness of a weak and a strong LLM, as published by RouteLLM."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.contamination import contaminated
from benchmarks.data.files import MEND, numbers, read_csv
from benchmarks.split import is_test
from errors import DataError

ORIGIN = "https://github.com/lm-sys/RouteLLM, routellm/evals/mmlu"
WEAK = "mistralai/Mixtral-8x7B-Instruct-v0.1"
STRONG = "gpt-4-1106-preview"

_OPTIONS = re.compile(r"\nA\. (?!.*\nA\. ).*\nB\. .*\nC\. .*\nD\. .*\nAnswer:\s*\Z", re.DOTALL)


def without_options(prompt: str) -> str:
    r"""The question of an MMLU prompt: `question\nA. …\nB. …\nC. …\nD. …\nAnswer:` up to its options.

    A prompt in any other format is returned unchanged.
    """
    return _OPTIONS.sub("", prompt)


def load(data_dir: Path, *, drop_contaminated: bool = True) -> Benchmark:
    """Load the 57 subjects; quality is 1 for a right answer and 0 for a wrong one.

    Args:
        data_dir: Folder that holds `routellm/mmlu/responses/mmlu_<subject>.csv`.
        drop_contaminated: Leave out the prompts that RouteLLM leaves out of its evaluation.

    Raises:
        DataError: Files are missing or not in their public format.
    """
    folder = data_dir / "routellm" / "mmlu"
    paths = sorted((folder / "responses").glob("mmlu_*.csv"))
    if not paths:
        raise DataError(f"There are no mmlu_<subject>.csv files in {folder / 'responses'}.", MEND.format(origin=ORIGIN))
    dropped = contaminated(folder, ORIGIN) if drop_contaminated else frozenset()
    prompts: list[str] = []
    categories: list[str] = []
    quality: dict[str, list[float]] = {WEAK: [], STRONG: []}
    for path in paths:
        rows = [row for row in read_csv(path, ("prompt", WEAK, STRONG), ORIGIN) if row["prompt"] not in dropped]
        prompts.extend(row["prompt"] for row in rows)
        categories.extend([path.stem.removeprefix("mmlu_")] * len(rows))
        for llm, values in quality.items():
            values.extend(numbers(rows, llm, path, ORIGIN))
    questions = tuple(without_options(prompt) for prompt in prompts)
    return Benchmark(
        name="mmlu",
        prompts=tuple(prompts),
        questions=questions,
        is_test=np.array([is_test(question) for question in questions]),
        quality={llm: np.array(values) for llm, values in quality.items()},
        categories=tuple(categories),
    )
