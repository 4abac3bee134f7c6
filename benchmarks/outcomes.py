"""Outcomes of a test part as numbers: which question, which label, and each LLM's quality and cost.

`assets/benchmarks/<benchmark>.outcomes.csv` has a row per prompt: `question` is the beginning of the question's key,
`label` the index of the labelled route, `quality <LLM>` and `cost <LLM>` (USD) one column an LLM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data.files import numbers, read_csv
from benchmarks.split import question_key
from benchmarks.table import write_table

KEY_DIGITS = 12
"""Of a question's sha256: enough to tell ten thousand questions apart, too few to find a text by."""

ORIGIN = "this project's assets/benchmarks"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The test part of a benchmark without its texts.

    Attributes:
        questions: Beginning of each question's key, n texts; equal questions have equal ones.
        labels: Index of the labelled route, shape (n,); None where the set has no labels.
        quality: LLM → quality of its answer, shape (n,); NaN where not run.
        cost_usd: LLM → cost of its answer, shape (n,); empty where neither measured nor estimated.
    """

    questions: tuple[str, ...]
    labels: IntArray | None = None
    quality: Mapping[str, FloatArray] = field(default_factory=dict)
    cost_usd: Mapping[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(cls, benchmark: Benchmark) -> Outcomes:
        """The numbers of a benchmark, or of a part of one."""
        keys = tuple(question_key(question)[:KEY_DIGITS] for question in benchmark.questions)
        return cls(keys, benchmark.labels, benchmark.quality, benchmark.cost_usd)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.questions)

    @cached_property
    def groups(self) -> IntArray:
        """A number per distinct question, shape (n,), for the cluster bootstrap."""
        return np.unique(self.questions, return_inverse=True)[1].astype(np.int64)

    def write(self, folder: Path, name: str) -> Path:
        """Writes `<name>.outcomes.csv` into a folder and returns its path."""
        columns: dict[str, Sequence[object]] = {"question": self.questions}
        if self.labels is not None:
            columns["label"] = self.labels.tolist()
        columns |= {f"quality {llm}": values.tolist() for llm, values in self.quality.items()}
        columns |= {f"cost {llm}": values.tolist() for llm, values in self.cost_usd.items()}
        return write_table(folder / f"{name}.outcomes.csv", columns)


def read_outcomes(folder: Path, name: str) -> Outcomes:
    """Reads `<name>.outcomes.csv`.

    Raises:
        DataError: The file is missing or not in this format.
    """
    path = folder / f"{name}.outcomes.csv"
    rows = read_csv(path, ("question",), ORIGIN)
    labelled = "label" in rows[0]
    return Outcomes(
        questions=tuple(row["question"] for row in rows),
        labels=numbers(rows, "label", path, ORIGIN).astype(np.int64) if labelled else None,
        quality=_columns(rows, "quality ", path),
        cost_usd=_columns(rows, "cost ", path),
    )


def _columns(rows: Sequence[Mapping[str, str]], prefix: str, path: Path) -> dict[str, FloatArray]:
    names = [column for column in rows[0] if column.startswith(prefix)]
    return {name.removeprefix(prefix): numbers(rows, name, path, ORIGIN) for name in names}
