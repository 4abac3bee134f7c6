"""ZeroEval: which of about 45 LLMs answered grade-school, competition-maths and code questions correctly."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.data.files import MEND, numbers, read_csv, read_jsonl
from benchmarks.split import is_test
from errors import DataError

ORIGIN = "https://github.com/WildEval/ZeroEval, result_dirs (condensed to questions, correct, output_chars)"
Subset = Literal["gsm", "math-l5", "crux"]
SUBSETS: tuple[Subset, ...] = get_args(Subset)


def load(data_dir: Path, subset: Subset) -> Benchmark:
    """Load one of the three subsets; quality is 1 for a right answer, 0 for a wrong one, NaN where not run.

    Args:
        data_dir: Folder that holds `zeroeval/<subset>/{questions.jsonl,correct.csv,output_chars.csv}`.
        subset: `gsm`, `math-l5` or `crux`.

    Raises:
        DataError: Files are missing, not in their format, or do not have the same rows.
    """
    folder = data_dir / "zeroeval" / subset
    rows = read_jsonl(folder / "questions.jsonl", ("id", "question"), ORIGIN)
    ids = [str(row["id"]) for row in rows]
    prompts = tuple(str(row["question"]) for row in rows)
    return Benchmark(
        name=f"zeroeval-{subset}",
        prompts=prompts,
        questions=prompts,
        is_test=np.array([is_test(prompt) for prompt in prompts]),
        quality=table(folder / "correct.csv", "id", ids, ORIGIN),
        output_chars=table(folder / "output_chars.csv", "id", ids, ORIGIN),
    )


def table(path: Path, key: str, ids: list[str], origin: str) -> dict[str, FloatArray]:
    """Read a CSV with a row per question and a column per LLM.

    Args:
        path: The file.
        key: Name of the column that identifies the question.
        ids: Questions in the wanted order, n texts.
        origin: Where the user gets the file, for the error message.

    Returns:
        LLM → values, shape (n,), in the order of `ids`.

    Raises:
        DataError: The file is missing, not in its format, or has no row for a question.
    """
    by_id = {row[key]: row for row in read_csv(path, (key,), origin)}
    missing = [question for question in ids if question not in by_id]
    if missing:
        raise DataError(f"{path} has no row {missing[0]} ({len(missing)} are missing).", MEND.format(origin=origin))
    rows = [by_id[question] for question in ids]
    return {llm: numbers(rows, llm, path, origin) for llm in rows[0] if llm != key}
