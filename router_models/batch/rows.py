"""Reading the rows of a piece: the prompt of each, or why it cannot be read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from errors import BadInputError
from router_models.batch.pieces import Piece
from router_models.batch.records import MAX_RECORD_BYTES, delimiter_of
from router_models.batch.sources import opened

if TYPE_CHECKING:
    import pyarrow as pa

READ_ROWS = 2_048
"""Rows of Parquet that are in memory at a time."""

COLUMN_NAMES = ("prompt", "text", "question", "query", "instruction", "input")
"""What a column of prompts is usually called; the first that a file has is taken."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row of the input.

    Attributes:
        number: Within its file, from 1; a header does not count.
        prompt: What is to be routed; '' where `problem` says why there is none.
        problem: One sentence, or ''.
        kept: Values of the columns that go along.
    """

    number: int
    prompt: str = field(default="", repr=False)
    problem: str = ""
    kept: tuple[Any, ...] = ()


def columns_of(piece: Piece) -> tuple[str, ...]:
    """Names of a file's columns; for JSONL those of the first row.

    Raises:
        BadInputError: The first row is no JSON object.
    """
    if piece.format == "parquet":
        import pyarrow.parquet as pq

        with opened(piece.url) as file:
            return tuple(pq.ParquetFile(file).schema_arrow.names)
    if piece.format == "csv":
        return tuple(next(csv.reader([piece.header.decode(piece.encoding)], delimiter=delimiter_of(piece.header)), ()))
    with opened(piece.url) as file:
        first = _json(file.readline(MAX_RECORD_BYTES).decode(piece.encoding, "replace"))
    if not isinstance(first, dict):
        raise BadInputError(f"{piece.url} does not begin with a JSON object.", 'Write a row a line: {"prompt": "…"}.')
    return tuple(first)


def choose_column(names: Sequence[str], wanted: str, url: str) -> str:
    """The column with the prompts.

    Args:
        names: The file's columns.
        wanted: The one the user named; '' takes the first with a usual name, or the only one there is.
        url: The file, for the message.

    Raises:
        BadInputError: There is no such column, or none that is evidently the one.
    """
    lower = {name.strip().lower(): name for name in names}
    if wanted:
        if wanted in names:
            return wanted
        raise BadInputError(f"{url} has no column '{wanted}'.", f"It has: {', '.join(names)}.")
    found = next((lower[name] for name in COLUMN_NAMES if name in lower), None) or (
        names[0] if len(names) == 1 else None
    )
    if found is None:
        raise BadInputError(
            f"It is not clear which column of {url} holds the prompts.", f"Name it; it has: {', '.join(names)}."
        )
    return found


def read_rows(piece: Piece, column: str, keep: Sequence[str] = ()) -> Iterator[InputRow]:
    """The rows of a piece in order; one that cannot be read says why, and the others go on.

    Args:
        piece: The piece.
        column: The column with the prompts.
        keep: Columns whose values go along.
    """
    read = {"parquet": _parquet_rows, "csv": _csv_rows, "jsonl": _json_rows}[piece.format]
    return read(piece, column, keep)


def _parquet_rows(piece: Piece, column: str, keep: Sequence[str]) -> Iterator[InputRow]:
    import pyarrow.parquet as pq

    number = piece.span.first_row
    with opened(piece.url) as file:
        groups = range(piece.span.start, piece.span.stop)
        names = list(dict.fromkeys((column, *keep)))
        for batch in pq.ParquetFile(file).iter_batches(READ_ROWS, row_groups=groups, columns=names):
            prompts = batch.column(column)
            kept = zip(*(batch.column(name).to_pylist() for name in keep), strict=True) if keep else None
            for value in _values(prompts):
                yield _row(number, value, next(kept) if kept else ())
                number += 1


def _values(array: pa.Array) -> Iterator[object]:
    for value in array:
        yield value.as_py()


def _csv_rows(piece: Piece, column: str, keep: Sequence[str]) -> Iterator[InputRow]:
    names = columns_of(piece)
    at, kept_at = names.index(column), [names.index(name) for name in keep]
    text = io.StringIO(_read(piece).decode(piece.encoding, "replace"), newline="")
    number = piece.span.first_row
    csv.field_size_limit(2**31 - 1)  # a record is no longer than the scan allows
    for cells in csv.reader(text, delimiter=delimiter_of(piece.header)):
        if len(cells) == len(names):
            yield _row(number, cells[at], tuple(cells[place] for place in kept_at))
        elif cells:
            problem = f"The row has {len(cells)} fields where the header names {len(names)}."
            yield InputRow(number, problem=problem, kept=(None,) * len(keep))
        else:
            yield InputRow(number, problem="The row is empty.", kept=(None,) * len(keep))
        number += 1


def _json_rows(piece: Piece, column: str, keep: Sequence[str]) -> Iterator[InputRow]:
    lines = _read(piece).decode(piece.encoding, "replace").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, piece.span.first_row):
        value = _json(line)
        if isinstance(value, dict):
            yield _row(number, value.get(column), tuple(value.get(name) for name in keep))
        else:
            yield InputRow(number, problem="The line is not a JSON object.", kept=(None,) * len(keep))


def _json(line: str) -> object:
    """What a line of JSON says; None where it is not JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _read(piece: Piece) -> bytes:
    with opened(piece.url) as file:
        file.seek(piece.span.start)
        return file.read(piece.span.stop - piece.span.start)


def _row(number: int, value: object, kept: tuple[Any, ...]) -> InputRow:
    if isinstance(value, str):
        return InputRow(number, value, kept=kept)
    problem = "There is no prompt." if value is None else f"The prompt is {type(value).__name__}, not text."
    return InputRow(number, problem=problem, kept=kept)
