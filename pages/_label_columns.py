"""Which columns a file has, and its first prompts: what the Label page shows before an import."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from errors import BadInputError
from feedback.import_columns import encoding_of
from feedback.import_records import BadRow, Reading
from feedback.importing import KINDS, prompts_of

LOOKED_AT = 50
"""Rows that are read for the preview."""

SHOWN = 5
SHOWN_CHARACTERS = 200
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file.

    Attributes:
        columns: Names of its columns; none where it is a list of prompts.
        column: The one that was read.
        prompts: First prompts, cut where they are long.
        bad: Rows among the first ones that would be left out.
        looked_at: How many rows these are.
    """

    columns: tuple[str, ...]
    column: str
    prompts: tuple[str, ...]
    bad: tuple[BadRow, ...]
    looked_at: int


def preview_of(path: Path, column: str | None) -> Preview:
    """Reads the beginning of a file.

    Args:
        path: The file.
        column: Which column holds the prompts; None guesses.

    Raises:
        BadInputError: It cannot be read, or has no such column.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise BadInputError(
            f"Files that end in “{path.suffix[:12]}” cannot be imported.", f"Choose one of: {', '.join(KINDS)}."
        )
    reading = Reading(kind)
    prompts = list(islice(prompts_of(path, reading, column), LOOKED_AT))
    return Preview(
        columns=tuple(columns_of(path, reading)),
        column=reading.column,
        prompts=tuple(_cut(prompt) for prompt in prompts[:SHOWN]),
        bad=tuple(reading.bad),
        looked_at=reading.rows,
    )


def columns_of(path: Path, reading: Reading) -> list[str]:
    """Names of a file's columns; of JSONL those of its first rows, of plain lists none."""
    if reading.kind == "text" or not reading.column:
        return []
    if reading.kind == "parquet":
        import pyarrow.parquet as pq

        return list(pq.read_schema(path).names)
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as lines:
        if reading.kind == "csv":
            first = lines.readline()
            delimiter = max(_DELIMITERS, key=first.count)
            return [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
        rows = [_parsed(line) for line in islice(lines, LOOKED_AT)]
    return list(dict.fromkeys(name for row in rows for name in row))


def _parsed(line: str) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _cut(prompt: str) -> str:
    return prompt if len(prompt) <= SHOWN_CHARACTERS else f"{prompt[:SHOWN_CHARACTERS]} …"
