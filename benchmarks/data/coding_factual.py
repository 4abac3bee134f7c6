"""Prompts that ask for code or for facts; category and source coincide, so a classifier may learn either."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, read_jsonl
from benchmarks.split import is_test
from errors import DataError

ORIGIN = "https://github.com/Shubhamcl/routing_llms, prompts_2000.jsonl"
CATEGORIES = ("factual", "coding")
"""The order of the labels; neither is cheaper by nature."""


def load(data_dir: Path) -> Benchmark:
    """Load the prompts; the label is the category. There is no quality: nobody measured an LLM's answers.

    Args:
        data_dir: Folder that holds `routing_llms/prompts_2000.jsonl`.

    Raises:
        DataError: The file is missing or not in its public format.
    """
    path = data_dir / "routing_llms" / "prompts_2000.jsonl"
    rows = read_jsonl(path, ("category", "prompt"), ORIGIN)
    unknown = {str(row["category"]) for row in rows} - set(CATEGORIES)
    if unknown:
        raise DataError(f"{path} has unknown categories: {', '.join(sorted(unknown))}.", MEND.format(origin=ORIGIN))
    prompts = tuple(str(row["prompt"]) for row in rows)
    return Benchmark(
        name="coding-factual",
        prompts=prompts,
        questions=prompts,
        is_test=np.array([is_test(prompt) for prompt in prompts]),
        labels=np.array([CATEGORIES.index(row["category"]) for row in rows], dtype=np.int64),
        routes=CATEGORIES,
        categories=tuple(str(row["category"]) for row in rows),
    )
