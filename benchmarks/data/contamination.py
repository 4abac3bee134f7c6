"""Prompts that RouteLLM leaves out of its evaluation as too close to its own training data."""

from __future__ import annotations

from pathlib import Path

from benchmarks.data.files import read_jsonl


def contaminated(folder: Path, origin: str) -> frozenset[str]:
    """The `eval_prompt` texts of `contaminated_prompts.jsonl`, to be matched exactly.

    Args:
        folder: A benchmark folder of RouteLLM.
        origin: Where the user gets the file, for the error message.

    Raises:
        DataError: The file is missing or not in its public format.
    """
    rows = read_jsonl(folder / "contaminated_prompts.jsonl", ("eval_prompt",), origin)
    return frozenset(row["eval_prompt"] for row in rows)
