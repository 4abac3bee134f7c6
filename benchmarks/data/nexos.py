"""First user turns of chats, each with the LLM of three that another LLM thought suitable."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data.files import MEND, read_csv
from benchmarks.split import is_test
from errors import DataError

ORIGIN = "https://github.com/Edvard-exe/nexos-hw"
ROUTES = ("simple", "general", "reasoning")
CLASSES = {"gpt-4.1-nano": 0, "gpt-4.1": 1, "o4-mini": 2}
"""Published class → index of the route."""


def load(data_dir: Path) -> Benchmark:
    """Load the labelled queries; rows without a class are left out, duplicates stay (use `groups` to fold).

    Args:
        data_dir: Folder that holds `nexos/Train DataFrame.csv`.

    Raises:
        DataError: The file is missing or not in its public format.
    """
    path = data_dir / "nexos" / "Train DataFrame.csv"
    rows = [row for row in read_csv(path, ("user_query", "class"), ORIGIN) if row["class"].strip()]
    unknown = {row["class"] for row in rows} - set(CLASSES)
    if unknown:
        raise DataError(f"{path} has unknown classes: {', '.join(sorted(unknown))}.", MEND.format(origin=ORIGIN))
    prompts = tuple(row["user_query"] for row in rows)
    return Benchmark(
        name="nexos",
        prompts=prompts,
        questions=prompts,
        is_test=np.array([is_test(prompt) for prompt in prompts]),
        labels=np.array([CLASSES[row["class"]] for row in rows], dtype=np.int64),
        routes=ROUTES,
    )
