"""MT-Bench with GPT-4's judgements of a weak and a strong LLM, as published by RouteLLM; test only."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.contamination import contaminated
from benchmarks.data.files import MEND, read_jsonl
from benchmarks.data.mmlu import STRONG, WEAK
from errors import DataError

ORIGIN = "https://github.com/lm-sys/RouteLLM, routellm/evals/mt_bench"
N_TURNS = 2


def load(data_dir: Path, *, drop_contaminated: bool = True) -> Benchmark:
    """Load the two-turn questions: a router sees turn 1, quality is the mean score (1–10) of both turns.

    Args:
        data_dir: Folder that holds `routellm/mt_bench`.
        drop_contaminated: Leave out a question if either of its turns is one that RouteLLM leaves out.

    Raises:
        DataError: Files are missing or not in their public format, or a judgement is missing.
    """
    folder = data_dir / "routellm" / "mt_bench"
    dropped = contaminated(folder, ORIGIN) if drop_contaminated else frozenset()
    questions = read_jsonl(folder / "question.jsonl", ("question_id", "category", "turns"), ORIGIN)
    questions = [row for row in questions if not dropped.intersection(row["turns"])]
    path = folder / "judgements.jsonl"
    judgements = read_jsonl(path, ("question_id", "model", "turn", "score"), ORIGIN)
    score = {(row["question_id"], row["model"], row["turn"]): float(row["score"]) for row in judgements}
    try:
        quality = {
            llm: np.array(
                [np.mean([score[row["question_id"], llm, turn + 1] for turn in range(N_TURNS)]) for row in questions]
            )
            for llm in (WEAK, STRONG)
        }
    except KeyError as error:
        what = f"{path} has no judgement of question, LLM and turn {error.args[0]}."
        raise DataError(what, MEND.format(origin=ORIGIN)) from error
    prompts = tuple(str(row["turns"][0]) for row in questions)
    return Benchmark(
        name="mt-bench",
        prompts=prompts,
        questions=prompts,
        is_test=np.ones(len(prompts), dtype=bool),
        quality=quality,
        categories=tuple(str(row["category"]) for row in questions),
    )
