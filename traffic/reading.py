"""The rows of CSV, JSONL, Parquet and text; a row that cannot be read says why, and the rest goes on.

CSV is cut into records as `router_models.batch` does. Where a quotation mark is never closed, or closed only rows
later, the line in which it stands is given up, and reading goes on behind it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

from errors import BadInputError
from feedback.import_columns import COLUMN_NAMES, lines_of_text
from feedback.spreadsheet import plain_cell
from router_models.batch.records import MAX_RECORD_BYTES, RecordScan, delimiter_of
from traffic.nested import flat
from traffic.parquet import parquet_leaves, parquet_rows
from traffic.source import Source

LOOKED_AT = 50
"""First rows of JSONL that are asked for the names of columns."""

MAX_COLUMNS = 300
MAX_GIVEN_UP_BYTES = 64 * 2**20
"""So much is read twice at most because of quotation marks that are never closed."""

WESTERN = "cp1252"
"""What Windows and older Excel write where it is not UTF-8; Latin-1 is a part of it."""

MAX_JSON_LINE_BYTES = 2**20
"""Of one line of JSONL: parsed, it may take twenty times as much."""

PROMPT = "prompt"
"""The column of a list without a header."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row.

    Attributes:
        line: Line of the file on which it begins, from 1; of Parquet the row.
        values: By column.
        problem: Why it cannot be read; '' if it can.
        western: Whether it is not UTF-8 and was read as Windows-1252.
    """

    line: int
    values: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""
    western: bool = False


def column_names(source: Source) -> tuple[str, ...]:
    """The columns of a source; of JSONL those of its first rows, of nested ones as `usage.output_tokens`.

    Raises:
        BadInputError: It is damaged, or has too many columns.
    """
    if source.kind == "csv":
        names = _header(source)[0]
    elif source.kind == "parquet":
        names = tuple(parquet_leaves(source.data))
    elif source.kind == "jsonl":
        names = tuple(dict.fromkeys(name for row in islice(_json_rows(source), LOOKED_AT) for name in row.values))
    else:
        names = (PROMPT,)
    if len(names) > MAX_COLUMNS:
        raise BadInputError(f"The table has {len(names):,} columns.", f"Keep at most {MAX_COLUMNS}.")
    return names


def rows_of(source: Source, wanted: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a source.

    Args:
        source: What to read.
        wanted: Columns that are needed; Parquet reads no others. None named: all.

    Raises:
        BadInputError: The file as a whole cannot be read.
    """
    if source.kind == "csv":
        yield from _csv_rows(source)
    elif source.kind == "jsonl":
        yield from _json_rows(source)
    elif source.kind == "parquet":
        for number, found in enumerate(parquet_rows(source.data, wanted), 1):
            yield Row(number, problem=found) if isinstance(found, str) else Row(number, flat(found))
    elif source.kind == "text":
        for line, data in _lines(source):
            text, western = decoded(data)
            if text.strip():
                yield Row(line, {PROMPT: text.strip()}, western=western)
    else:
        for line, value in lines_of_text(decoded(source.data)[0]):
            yield Row(line, {PROMPT: value})


def decoded(data: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they had to be read as Windows-1252."""
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode(WESTERN, errors="replace"), True


def _header(source: Source) -> tuple[tuple[str, ...], int]:
    """Names of a CSV file's columns, and where its first row begins: at 0 where it has no header."""
    end = source.data.find(b"\n") + 1 or len(source.data)
    first = source.data[:end]
    cells = next(csv.reader([decoded(first)[0]], delimiter=delimiter_of(first)), [])
    names = [name.strip() for name in cells]
    if len(names) <= 1 and (not names or names[0].lower() not in COLUMN_NAMES):
        return (PROMPT,), 0
    named = [name or f"column {place}" for place, name in enumerate(names, 1)]
    return tuple(name if name not in named[:at] else f"{name} ({at + 1})" for at, name in enumerate(named)), end


def _csv_rows(source: Source) -> Iterator[Row]:
    names, start = _header(source)
    mark = delimiter_of(source.data[: source.data.find(b"\n") + 1])
    line = 1 if start == 0 else 2
    given_up = 0
    csv.field_size_limit(MAX_RECORD_BYTES)  # of the whole process, as Python has it
    while start < len(source.data):
        file = io.BytesIO(source.data)
        file.seek(start)
        base, torn = start, False
        try:
            for end in RecordScan(source.name, mark.encode()).ends(file):
                data = source.data[start : base + end]
                row = _csv_row(line, data, names, mark)
                torn = bool(row.problem) and b"\n" in data.rstrip(b"\r\n")
                if torn:
                    break
                if row.values or row.problem:
                    yield row
                start, line = base + end, line + data.count(b"\n")
        except BadInputError:  # a record without end
            torn = True
        if not torn:
            return
        given_up += file.tell() - start
        if given_up > MAX_GIVEN_UP_BYTES:
            raise BadInputError(
                f"{source.name} has too many quotation marks that are never closed, the next at line {line:,}.",
                "Save it again as CSV, or as JSONL or Parquet.",
            )
        yield Row(line, problem="A quotation mark is out of place or never closed.")
        start, line = source.data.find(b"\n", start) + 1 or len(source.data), line + 1


def _csv_row(line: int, data: bytes, names: Sequence[str], mark: str) -> Row:
    text, western = decoded(data)
    try:
        several = "\n" in text.rstrip("\r\n")  # where a cell runs on, no quotation mark may be out of place
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=several), [])
    except csv.Error as error:
        return Row(line, problem=f"The row is no valid CSV: {error}.")
    if not any(cells):
        return Row(line)
    if len(cells) != len(names):
        return Row(line, problem=f"The row has {len(cells)} cells where the header names {len(names)}.")
    return Row(line, dict(zip(names, map(plain_cell, cells), strict=True)), western=western)


def _json_rows(source: Source) -> Iterator[Row]:
    for line, data in _lines(source):
        if not data.strip():
            continue
        if len(data) > MAX_JSON_LINE_BYTES:
            yield Row(line, problem=f"The line is longer than {MAX_JSON_LINE_BYTES >> 20} MiB.")
            continue
        text, western = decoded(data)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            yield Row(line, problem="The line is no valid JSON.")
            continue
        if isinstance(value, str):
            yield Row(line, {PROMPT: value}, western=western)
        elif isinstance(value, dict):
            yield Row(line, flat(value), western=western)
        else:
            yield Row(line, problem="The line is no JSON object.")


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    return zip(count(1), io.BytesIO(source.data), strict=False)
