"""RouterArena's cached answers: score and measured cost of two LLMs on queries from 36 benchmarks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, read_jsonl
from benchmarks.split import is_test
from errors import DataError

ORIGIN = "https://github.com/RouteWorks/RouterArena, cached_results"
LLMS = ("gemini-2.0-flash-001", "claude-3-haiku-20240307")
"""The cheaper one first; it is also the better one, so the pair tests cost handling rather than routing."""

_QUESTION = re.compile(r"Question:\s*(.*?)\s*(?:\n\nOptions:|\n\nProvide|\Z)", re.DOTALL)
_CONTEXT = re.compile(r"Context:\s*(.*?)\s*\n\nQuestion:", re.DOTALL)


def without_format(prompt: str) -> str:
    """The question of a prompt, after its context if it has one, without options and without instructions.

    A prompt in any other format is returned unchanged. Many queries come from MMLU, MMLU-Pro and GSM8K: without their
    wrapping they fall on the same side of the split as there.
    """
    found = _QUESTION.search(prompt)
    if found is None:
        return prompt
    context = _CONTEXT.search(prompt)
    known = context.group(1) if context and context.group(1) != "None" else ""
    return f"{known}\n\n{found.group(1)}".strip()


def load(data_dir: Path) -> Benchmark:
    """Load the queries; quality is 0–1 by each task's own metric, cost is as measured, in USD.

    Args:
        data_dir: Folder that holds `routerarena/cached_results/<llm>.jsonl`.

    Raises:
        DataError: Files are missing, not in their public format, or not about the same queries.
    """
    folder = data_dir / "routerarena" / "cached_results"
    quality, cost_usd, asked = {}, {}, []
    for llm in LLMS:
        rows = read_jsonl(folder / f"{llm}.jsonl", ("global_index", "question", "evaluation_result"), ORIGIN)
        rows.sort(key=lambda row: str(row["global_index"]))
        asked.append([(str(row["global_index"]), str(row["question"])) for row in rows])
        quality[llm] = np.array([float(row["evaluation_result"]["score"]) for row in rows])
        cost_usd[llm] = np.array([float(row["evaluation_result"]["inference_cost"]) for row in rows])
    if asked[0] != asked[1]:
        raise DataError(f"The files in {folder} are not about the same queries.", MEND.format(origin=ORIGIN))
    prompts = tuple(prompt for _, prompt in asked[0])
    questions = tuple(without_format(prompt) for prompt in prompts)
    return Benchmark(
        name="routerarena",
        prompts=prompts,
        questions=questions,
        is_test=np.array([is_test(question) for question in questions]),
        quality=quality,
        categories=tuple(index.rpartition("_")[0] for index, _ in asked[0]),
        cost_usd=cost_usd,
    )
