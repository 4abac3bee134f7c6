"""Prompts to judge from a file, CSV or lines of JSON: `prompt`, perhaps `weak_answer` and `reference_answer`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from errors import BadInputError, PlaygroundError
from feedback.judge_plan import JudgedPrompt
from feedback.spreadsheet import plain_cell
from router_models.prompts import clean_prompt

MOST_MIB = 50
_FIELDS = ("weak_answer", "reference_answer")
_MEND = "Give every row a `prompt`; `weak_answer` and `reference_answer` may stand beside it."


def read_prompts(path: Path) -> tuple[list[JudgedPrompt], tuple[str, ...]]:
    """The prompts of a file, and a sentence for each row that cannot be used.

    Args:
        path: A file that ends in .csv or .jsonl.

    Raises:
        BadInputError: The file cannot be read, or is of another kind.
    """
    rows = {".csv": _csv_rows, ".jsonl": _json_rows}.get(path.suffix.lower())
    if rows is None:
        raise BadInputError(f"{path.name} is neither .csv nor .jsonl.", "Name the file by what it holds.")
    found: list[JudgedPrompt] = []
    problems: list[str] = []
    try:
        if path.stat().st_size > MOST_MIB * 1024**2:
            raise BadInputError(f"{path.name} is larger than {MOST_MIB} MB.", "Split it.")
        for number, row in rows(path):
            try:
                found.append(_prompt(row))
            except PlaygroundError as error:
                problems.append(f"Row {number:,}: {error.what}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"{path.name} cannot be read: {error}.", "Save it as UTF-8 text and try again.") from error
    return found, tuple(problems)


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            yield number, {name: plain_cell(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    row = None
                yield number, row if isinstance(row, dict) else {}


def _prompt(row: Mapping[str, Any]) -> JudgedPrompt:
    """A row as a prompt; raises BadInputError where it is none."""
    prompt = row.get("prompt")
    if not isinstance(prompt, str):
        raise BadInputError("There is no prompt in it.", _MEND)
    answers = {name: _text(row.get(name)) for name in _FIELDS}
    return JudgedPrompt(clean_prompt(prompt), **answers)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
