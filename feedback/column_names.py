"""Names of the columns of a file, before it is imported."""

from __future__ import annotations

import csv
import json
from itertools import islice
from pathlib import Path

from feedback.import_columns import encoding_of
from feedback.import_records import Reading

LOOKED_AT = 50
"""Rows of JSONL whose names count: every row has its own."""

_DELIMITERS = ",;\t|"


def columns_of(path: Path, reading: Reading) -> list[str]:
    """Names of a file's columns; of JSONL those of its first rows, of plain lists none.

    Args:
        path: The file.
        reading: How its prompts were read.
    """
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
