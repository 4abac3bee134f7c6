"""just-eval: a judge's scores from 1 to 5, in five aspects, of one weak LLM's answers; evaluation only.

Many of its instructions are AlpacaEval's or MT-Bench's, which nothing may be trained on, so every row is a test row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import read_jsonl

ORIGIN = "https://github.com/Re-Align/just-eval, leaderboard/eval_results (condensed)"
LLM = "gpt-3.5-turbo-0301"
SUFFICES = 4
"""From four stars on, the weak LLM's answer is good enough, as in RouteLLM's causal classifier."""

ROUTES = ("weak", "strong")
Aspect = Literal["helpfulness", "clarity", "factuality", "depth", "engagement"]


def load(data_dir: Path, aspect: Aspect = "depth") -> Benchmark:
    """Load the instructions that were scored; the label is `strong` where the weak LLM got less than four stars.

    Args:
        data_dir: Folder that holds `just_eval/gpt-3.5-turbo-0301.general.scores.jsonl`.
        aspect: What the judge looked at; only depth and engagement have spread, the others are mostly 5.

    Raises:
        DataError: The file is missing or not in its format.
    """
    path = data_dir / "just_eval" / f"{LLM}.general.scores.jsonl"
    rows = [row for row in read_jsonl(path, ("input", "scores", "tags"), ORIGIN) if row["scores"].get(aspect)]
    stars = np.array([float(row["scores"][aspect]) for row in rows])
    prompts = tuple(str(row["input"]) for row in rows)
    return Benchmark(
        name="just-eval",
        prompts=prompts,
        questions=prompts,
        is_test=np.ones(len(rows), dtype=bool),
        quality={LLM: stars},
        labels=(stars < SUFFICES).astype(np.int64),
        routes=ROUTES,
        categories=tuple(str(row["tags"].get("difficulty") or "") for row in rows),
    )
