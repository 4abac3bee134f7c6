"""AlpacaEval: how probably a judge prefers each of 58 LLMs' answers to GPT-4 Turbo's; evaluation only.

The data are CC BY-NC 4.0: nothing that this project ships may be trained on them, so every row is a test row.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import read_jsonl

ORIGIN = "https://github.com/tatsu-lab/alpaca_eval, results/*/weighted_alpaca_eval_gpt4_turbo (condensed)"
BASELINE = "gpt4_1106_preview"
TIE = 0.5
CHEATS = ("NullModel", "gpt4_gamed")
"""Entries that were made to deceive the judge: left out."""


def load(data_dir: Path) -> Benchmark:
    """Load the instructions; quality is P(judge prefers the answer to GPT-4 Turbo's), 0.5 for GPT-4 Turbo itself.

    Args:
        data_dir: Folder that holds `alpaca_eval/preferences.jsonl`.

    Raises:
        DataError: The file is missing or not in its format.
    """
    path = data_dir / "alpaca_eval" / "preferences.jsonl"
    rows = read_jsonl(path, ("instruction", "dataset", "preference", "output_chars"), ORIGIN)
    llms = sorted({llm for row in rows for llm in row["preference"]} - {BASELINE, *CHEATS})
    prompts = tuple(str(row["instruction"]) for row in rows)

    def column(name: str, llm: str) -> list[float]:
        return [float(row[name].get(llm, np.nan)) for row in rows]

    return Benchmark(
        name="alpaca-eval",
        prompts=prompts,
        questions=prompts,
        is_test=np.ones(len(rows), dtype=bool),
        quality={llm: np.array(column("preference", llm)) - 1.0 for llm in llms} | {BASELINE: np.full(len(rows), TIE)},
        categories=tuple(str(row["dataset"]) for row in rows),
        output_chars={llm: np.array(column("output_chars", llm)) for llm in llms},
    )
