"""Ray documentation questions, hand-labelled: does an open LLM suffice, or is a proprietary one needed?"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, read_jsonl
from benchmarks.split import question_key
from errors import DataError

ORIGIN = "https://github.com/ray-project/llm-applications, datasets"
ROUTES = ("weak", "strong")
WEAK_SUFFICES = 1
"""The published target: 1 = the open-source LLM suffices, 0 = the proprietary LLM is needed."""


def load(data_dir: Path) -> Benchmark:
    """Load both published files; the label is 1 (`strong`) where the published target is 0.

    The set keeps its own test file, whole, because published figures are of that file. Of the train file
    remains one row per question, in order of first appearance, without the questions that are also in the
    test file and without those whose rows carry both labels: a contradiction says nothing, and 9 questions
    are few.

    Args:
        data_dir: Folder that holds `ray/routing-dataset-{train,test}.jsonl`.

    Raises:
        DataError: Files are missing or not in their public format.
    """
    train = _read(data_dir / "ray" / "routing-dataset-train.jsonl")
    test = _read(data_dir / "ray" / "routing-dataset-test.jsonl")
    train = _unambiguous(train, held_out={question_key(row["question"]) for row in test})
    rows = train + test
    prompts = tuple(row["question"] for row in rows)
    return Benchmark(
        name="ray",
        prompts=prompts,
        questions=prompts,
        is_test=np.arange(len(rows)) >= len(train),
        labels=np.array([int(row["target"] != WEAK_SUFFICES) for row in rows], dtype=np.int64),
        routes=ROUTES,
    )


def _read(path: Path) -> list[dict[str, Any]]:
    rows = read_jsonl(path, ("question", "target"), ORIGIN)
    if not all(isinstance(row["question"], str) and row["target"] in (0, 1) for row in rows):
        raise DataError(f"{path} has a row whose target is not 0 or 1.", MEND.format(origin=ORIGIN))
    return rows


def _unambiguous(rows: list[dict[str, Any]], held_out: set[str]) -> list[dict[str, Any]]:
    """One row per question that is not held out and has one label only."""
    by_question: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_question[question_key(row["question"])].append(row)
    return [
        same[0]
        for key, same in by_question.items()
        if key not in held_out and len({row["target"] for row in same}) == 1
    ]
