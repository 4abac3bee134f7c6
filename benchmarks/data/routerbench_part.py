"""A part of RouterBench: quality and measured cost in USD of 11 LLMs, prompt by prompt."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, numbers, read_csv
from benchmarks.split import is_test
from errors import DataError

ORIGIN = (
    "https://github.com/shuhao02/RouterDC, datasets/routerbench_zs, and https://github.com/FrontierCS/Frontier-CS, "
    "research/problems/llm_router/resources/reference_data.csv"
)
COST = "|total_cost"
"""Ends the name of a column that holds an LLM's cost."""

_SOLVED = re.compile(r"Answer:\s*[A-Z]\n\n")
_LETTER_ASKED = "Please answer with the letter of the correct answer.\n\n"
_OPTIONS = re.compile(r"\nA\) (?!.*\nA\) ).*Print only a single choice.*\Z", re.DOTALL)


def last_question(prompt: str) -> str:
    """What is asked at the end of a prompt, with its answer options, without solved examples before it.

    Args:
        prompt: The text of a Python list of turns; where there are several, the first ones hold instructions,
            examples or the same question once more.

    Raises:
        ValueError: It is no such text.
    """
    try:
        turns = ast.literal_eval(prompt)
    except (ValueError, SyntaxError) as error:
        raise ValueError("not the text of a Python list") from error
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise ValueError("not a list of turns")
    return str(_SOLVED.split(turns[-1])[-1]).strip().removeprefix(_LETTER_ASKED)


def without_options(question: str) -> str:
    r"""A question up to its options `\nA) …\nB) …`; any other text unchanged."""
    return _OPTIONS.sub("", question)


def load(data_dir: Path) -> Benchmark:
    """Load one row per sample; quality is 0–1, cost is what the answer cost, solved examples included.

    The published train and test files of RouterDC are taken together: the split is this project's rule. Of samples
    that occur twice, the first row stays, five-shot before zero-shot. Rows without a score of every LLM are left out:
    mostly prompts that hold the question twice, of which nearly nothing was measured.

    Args:
        data_dir: Folder that holds `routerbench_part/routerbench_zs/*.csv` and `routerbench_part/reference_data.csv`.

    Raises:
        DataError: Files are missing or not in their public format.
    """
    folder = data_dir / "routerbench_part"
    paths = sorted((folder / "routerbench_zs").glob("*.csv"))
    if not paths:
        raise DataError(f"There are no csv files in {folder / 'routerbench_zs'}.", MEND.format(origin=ORIGIN))
    by_sample: dict[str, dict[str, str]] = {}
    for path in [*paths, folder / "reference_data.csv"]:
        for row in read_csv(path, ("sample_id", "prompt", "eval_name"), ORIGIN):
            if all(row[column.removesuffix(COST)].strip() for column in row if column.endswith(COST)):
                by_sample.setdefault(row["sample_id"], row)
    rows = list(by_sample.values())
    try:
        prompts = tuple(last_question(row["prompt"]) for row in rows)
    except ValueError as error:
        raise DataError(f"{folder} has a prompt that is {error}.", MEND.format(origin=ORIGIN)) from error
    questions = tuple(without_options(prompt) for prompt in prompts)
    llms = sorted(column.removesuffix(COST) for column in rows[0] if column.endswith(COST))
    return Benchmark(
        name="routerbench-part",
        prompts=prompts,
        questions=questions,
        is_test=np.array([is_test(question) for question in questions]),
        quality={llm: numbers(rows, llm, folder, ORIGIN) for llm in llms},
        categories=tuple(row["eval_name"] for row in rows),
        cost_usd={llm: numbers(rows, llm + COST, folder, ORIGIN) for llm in llms},
    )
