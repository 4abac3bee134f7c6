"""GSM8K with the correctness of a weak and a strong LLM, as published by RouteLLM."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.contamination import contaminated
from benchmarks.data.files import numbers, read_csv
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.split import is_test

ORIGIN = "https://github.com/lm-sys/RouteLLM, routellm/evals/gsm8k"


def load(data_dir: Path, *, drop_contaminated: bool = True) -> Benchmark:
    """Load the test questions of GSM8K; quality is 1 for a right answer and 0 for a wrong one.

    Args:
        data_dir: Folder that holds `routellm/gsm8k/gsm8k_responses.csv`.
        drop_contaminated: Leave out the prompts that RouteLLM leaves out of its evaluation.

    Raises:
        DataError: Files are missing or not in their public format.
    """
    folder = data_dir / "routellm" / "gsm8k"
    path = folder / "gsm8k_responses.csv"
    dropped = contaminated(folder, ORIGIN) if drop_contaminated else frozenset()
    rows = [row for row in read_csv(path, ("prompt", WEAK, STRONG), ORIGIN) if row["prompt"] not in dropped]
    prompts = tuple(row["prompt"] for row in rows)
    return Benchmark(
        name="gsm8k",
        prompts=prompts,
        questions=prompts,
        is_test=np.array([is_test(prompt) for prompt in prompts]),
        quality={llm: numbers(rows, llm, path, ORIGIN) for llm in (WEAK, STRONG)},
    )
