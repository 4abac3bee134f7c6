"""Reading public data files; an error says what is wrong with the file and how to get a good one."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from benchmarks.benchmark import FloatArray
from errors import DataError

MEND = "Download it again from {origin} and pass the folder that holds the data sets as --data."
_NUMBERS = {"": np.nan, "true": 1.0, "false": 0.0}


@contextmanager
def _opened(path: Path, origin: str) -> Iterator[IO[str]]:
    """Open a text file, gzipped or not; a missing, damaged or half file becomes a DataError."""
    mend = MEND.format(origin=origin)
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8", newline="")
        ) as file:
            yield file
    except FileNotFoundError as error:
        raise DataError(f"The data file {path} does not exist.", mend) from error
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"The data file {path} cannot be read: {error}.", mend) from error


def _require(row: Mapping[str, Any], columns: Sequence[str], where: str, origin: str) -> None:
    missing = [column for column in columns if row.get(column) is None]
    if missing:
        raise DataError(f"{where} has no {', '.join(missing)}.", MEND.format(origin=origin))


def read_jsonl(path: Path, columns: Sequence[str], origin: str) -> list[dict[str, Any]]:
    """Read one JSON object a line.

    Args:
        path: The file, `.jsonl` or `.jsonl.gz`.
        columns: Keys that every line must have.
        origin: Where the user gets the file, for the error message.

    Raises:
        DataError: The file is missing, cut short, empty, or not in its public format.
    """
    rows: list[dict[str, Any]] = []
    with _opened(path, origin) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                what = f"Line {number} of {path} is not JSON; the file may be cut short."
                raise DataError(what, MEND.format(origin=origin)) from error
            if not isinstance(row, dict):
                raise DataError(f"Line {number} of {path} is not a JSON object.", MEND.format(origin=origin))
            _require(row, columns, f"Line {number} of {path}", origin)
            rows.append(row)
    if not rows:
        raise DataError(f"The data file {path} is empty.", MEND.format(origin=origin))
    return rows


def read_json(path: Path, columns: Sequence[str], origin: str) -> list[dict[str, Any]]:
    """Read a JSON list of objects; arguments and errors as in `read_jsonl`."""
    with _opened(path, origin) as file:
        try:
            rows = json.load(file)
        except json.JSONDecodeError as error:
            raise DataError(f"{path} is not JSON; it may be cut short.", MEND.format(origin=origin)) from error
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{path} is not a JSON list of rows.", MEND.format(origin=origin))
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError(f"Row {number} of {path} is not a JSON object.", MEND.format(origin=origin))
        _require(row, columns, f"Row {number} of {path}", origin)
    return rows


def read_csv(path: Path, columns: Sequence[str], origin: str) -> list[dict[str, str]]:
    """Read a CSV file with a header line; arguments and errors as in `read_jsonl`."""
    with _opened(path, origin) as file:
        reader = csv.DictReader(file, strict=True)
        header = list(reader.fieldnames or [])
        _require(dict.fromkeys(header, ""), columns, f"The header of {path}", origin)
        rows = []
        for row in reader:
            _require(row, header, f"Line {reader.line_num} of {path}", origin)
            rows.append(row)
    if not rows:
        raise DataError(f"The data file {path} has no rows.", MEND.format(origin=origin))
    return rows


def numbers(rows: Sequence[Mapping[str, str]], column: str, path: Path, origin: str) -> FloatArray:
    """One column as numbers: True and False become 1 and 0, an empty cell NaN.

    Returns:
        Shape (len(rows),).

    Raises:
        DataError: A cell is not a number.
    """
    values = np.empty(len(rows))
    for index, row in enumerate(rows):
        cell = row[column].strip().lower()
        try:
            values[index] = _NUMBERS[cell] if cell in _NUMBERS else float(cell)
        except ValueError as error:
            what = f"{path} has {row[column]!r} where a number should be, in column {column}."
            raise DataError(what, MEND.format(origin=origin)) from error
    return values
