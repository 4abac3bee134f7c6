"""Rows of CSV, JSONL, Parquet and text files: one after the other the value of the prompts' column."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import BadInputError
from feedback.import_records import Reading
from feedback.spreadsheet import plain_cell
from router_models.batch.no_text import refuse_no_text

if TYPE_CHECKING:
    import pyarrow as pa

COLUMN_NAMES = ("prompt", "question", "instruction", "query", "input", "text", "content", "message", "request")
"""Names by which a column of prompts is known, the surest first."""

Numbered = tuple[int, object]
"""A row's number, and its value or the `BadInputError` that says why it has none."""

_LOOK_AHEAD = 50
_MAX_FIELD = 4 * 1024 * 1024
_SAMPLE = 64 * 1024
_BATCH = 256
_BYTES = 1024 * 1024
_MEND = "Save it as UTF-8 text, or as JSONL or Parquet."


def rows_of(path: Path, reading: Reading, column: str | None) -> Iterator[Numbered]:
    """The values of the prompts' column of a file, with row numbers; says in `reading` where they were found.

    Raises:
        BadInputError: The file cannot be read, or there is no such column.
    """
    if reading.kind == "parquet":
        yield from _parquet_rows(path, reading, column)
        return
    reading.encoding = encoding_of(path)
    # newline='': the csv module wants line ends as they are, or it would split cells that hold some
    with path.open(encoding=reading.encoding, errors="replace", newline="") as file:
        if reading.kind == "csv":
            yield from _csv_rows(file, reading, column)
        elif reading.kind == "jsonl":
            yield from _json_rows(file, reading, column)
        else:
            yield from ((number, line.strip()) for number, line in enumerate(file, 1) if line.strip())


def lines_of_text(text: str) -> Iterator[Numbered]:
    """Pasted prompts with the line on which each begins: paragraphs where there are blank lines, else lines."""
    lines = text.strip("\r\n").splitlines()
    if not any(not line.strip() for line in lines):
        yield from ((number, line.strip()) for number, line in enumerate(lines, 1))
        return
    paragraph: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            paragraph.append(line.rstrip())
        elif paragraph:
            yield number - len(paragraph), "\n".join(paragraph)
            paragraph = []


def encoding_of(path: Path) -> str:
    """How a text file is encoded: UTF-16 by its mark, UTF-8 where all of it is valid, else Windows-1252 (Latin-1).

    Raises:
        BadInputError: It is no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        part = file.read(_BYTES)
        refuse_no_text(path.name, part)
        if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while part:
                decoder.decode(part)
                part = file.read(_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def guessed_column(rows: Sequence[Mapping[str, object]]) -> str | None:
    """The column that holds prompts: by its name, else the one with most text in the first rows; None without text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    by_lower = {name.strip().lower(): name for name in reversed(names)}
    known = next((by_lower[name] for name in COLUMN_NAMES if name in by_lower), None)
    if known is not None:
        return known
    length = {name: sum(len(value) for row in rows if isinstance(value := row.get(name), str)) for name in names}
    longest = max(names, key=length.__getitem__, default=None)
    return longest if longest is not None and length[longest] else None


def _csv_rows(file: Iterable[str], reading: Reading, column: str | None) -> Iterator[Numbered]:
    csv.field_size_limit(_MAX_FIELD)  # of the whole process, as Python has it; ours is the only reader
    lines = iter(file)
    sample = list(islice(lines, _LOOK_AHEAD))
    records = _records(csv.reader(chain(sample, lines), _dialect("".join(sample)[:_SAMPLE])))
    first = list(islice(records, _LOOK_AHEAD))
    header, position = _header(first, reading, column)
    width = len(first[0]) if first else 0
    for number, cells in enumerate(chain(first, records), 1):
        if (header and number == 1) or not any(cells):
            continue
        if len(cells) < width or any(cells[width:]):  # a comma outside of quotes would cut the prompt off
            yield number, BadInputError(f"The row has {len(cells)} cells instead of {width}.", "")
        else:
            yield number, plain_cell(cells[position])


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInputError(f"The file is no valid CSV after row {number:,}: {error}.", _MEND) from error
        number += 1
        yield cells


def _header(first: Sequence[Sequence[str]], reading: Reading, column: str | None) -> tuple[bool, int]:
    """Whether the first row names the columns, and which column holds the prompts."""
    names = [name.strip() for name in first[0]] if first else []
    if column is not None:
        if column not in names:
            raise _no_column(column, names)
        reading.column = column
        return True, names.index(column)
    if len(names) == 1 and names[0].lower() not in COLUMN_NAMES:
        return False, 0  # a list of prompts without a name on top
    found = guessed_column([dict(zip(names, cells, strict=False)) for cells in first[1:]] or [dict.fromkeys(names)])
    if found is None:
        raise BadInputError("No column of the file holds text.", "Name the column that holds the prompts.")
    reading.column = found
    return True, names.index(found)


def _dialect(sample: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = max(",;\t|", key=sample.partition("\n")[0].count)

    return Found


def _json_rows(lines: Iterable[str], reading: Reading, column: str | None) -> Iterator[Numbered]:
    parsed = ((number, _parsed(line)) for number, line in enumerate(lines, 1) if line.strip())
    first = list(islice(parsed, _LOOK_AHEAD))
    found = _named(column, [value for _, value in first if isinstance(value, dict)])
    reading.column = found or ""
    for number, value in chain(first, parsed):
        if not isinstance(value, dict):
            yield number, value
        elif found is None or found not in value:
            yield number, BadInputError(f"The row has no '{found or COLUMN_NAMES[0]}'.", "")
        else:
            yield number, value[found]


def _named(column: str | None, rows: Sequence[Mapping[str, Any]]) -> str | None:
    if column is None:
        return guessed_column(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    if rows and column not in names:
        raise _no_column(column, list(names))
    return column


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return BadInputError("The row is no valid JSON.", "")


def _parquet_rows(path: Path, reading: Reading, column: str | None) -> Iterator[Numbered]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
            if column is not None and column not in file.schema_arrow.names:
                raise _no_column(column, file.schema_arrow.names)
            known = {name.lower(): name for name in reversed(texts)}
            guessed = next((known[name] for name in COLUMN_NAMES if name in known), texts[0] if texts else None)
            found = column or guessed
            if found is None:
                raise BadInputError("No column of the file holds text.", "Choose another file.")
            reading.column = found
            number = 0
            for batch in file.iter_batches(batch_size=_BATCH, columns=[found]):
                for value in batch.column(0):
                    number += 1
                    yield number, value.as_py()
    except (pa.ArrowException, OSError) as error:
        raise BadInputError("The file is no valid Parquet file, or is damaged.", "Save it again.") from error


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as types

    inner = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(inner) or types.is_large_string(inner) or types.is_string_view(inner))


def _no_column(column: str, names: Sequence[str]) -> BadInputError:
    shown = ", ".join(names[:20])
    return BadInputError(
        f"The file has no column '{column}'.", f"Choose one of: {shown}." if shown else "Leave it out."
    )
