"""FLASK: instructions with their domains, the skills they need and the knowledge they ask for, labelled by GPT-4."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, read_jsonl
from benchmarks.split import is_test
from errors import DataError

ORIGIN = "https://github.com/kaistAI/FLASK, evaluation_set/flask_evaluation.jsonl"
LEVELS = (
    "simple lifestyle knowledge",
    "advanced lifestyle knowledge",
    "formal education knowledge",
    "major level knowledge",
    "expert level knowledge",
)
"""Difficulty, lowest first: the knowledge that an answer requires, not how often LLMs fail."""

SEPARATOR = "; "
"""Between the domains, or skills, of one instruction."""

_NONE = "-1"


def load(data_dir: Path, category: Literal["domain", "skill"] = "domain") -> Benchmark:
    """Load the instructions that have a difficulty; labels are indices into `LEVELS`.

    Args:
        data_dir: Folder that holds `flask/flask_evaluation.jsonl`.
        category: What to give as categories: domains (of 10) or skills (of 12). An instruction has one or more,
            joined by `SEPARATOR`, the most important first; a few have none.

    Raises:
        DataError: The file is missing or not in its public format.
    """
    path = data_dir / "flask" / "flask_evaluation.jsonl"
    rows = read_jsonl(path, ("instruction", "domain", "skill", "difficulty"), ORIGIN)
    rows = [row for row in rows if str(row["difficulty"]) != _NONE]
    unknown = {str(row["difficulty"]) for row in rows} - set(LEVELS)
    if unknown:
        raise DataError(f"{path} has unknown difficulties: {', '.join(sorted(unknown))}.", MEND.format(origin=ORIGIN))
    prompts = tuple(str(row["instruction"]) for row in rows)
    return Benchmark(
        name="flask",
        prompts=prompts,
        questions=prompts,
        is_test=np.array([is_test(prompt) for prompt in prompts]),
        labels=np.array([LEVELS.index(row["difficulty"]) for row in rows], dtype=np.int64),
        routes=LEVELS,
        categories=tuple(SEPARATOR.join(name for name in row[category] if name != _NONE) for row in rows),
    )
