"""Reads a user's table of results, CSV or Parquet; an error names row and column as the user's program shows them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from errors import BadInputError

MOST_ROWS = 20_000
"""More would make every interaction slow and the resamples of one visitor large."""

MOST_COLUMNS = 300
MOST_BYTES = 50_000_000
FIRST_ROW = 2
"""A spreadsheet's number of the first row below the header."""

_SHOWN = 40


@dataclass(frozen=True)
class OwnTable:
    """A table of texts, column by column.

    Attributes:
        columns: Name → cells, n texts each; an empty text where a cell is empty.
        n_rows: Number of rows n.
    """

    columns: Mapping[str, Sequence[str]]
    n_rows: int

    def numbers(self, column: str, low: float = -math.inf, high: float = math.inf) -> FloatArray:
        """A column as numbers, NaN where a cell is empty, shape (n,).

        Args:
            column: Its name.
            low: Least number that is allowed.
            high: Greatest one.

        Raises:
            BadInputError: A cell is no number or out of range; the message names row and column.
        """
        values = np.empty(self.n_rows)
        for number, cell in enumerate(self.columns[column]):
            try:
                values[number] = float(cell) if cell.strip() else math.nan
            except ValueError:
                raise _bad_cell(number, column, cell, "is not a number", "Write a number, or leave it empty.") from None
            if math.isinf(values[number]) or values[number] < low or values[number] > high:
                allowed = f"Write a number from {low:g} to {high:g}." if high < math.inf else f"Write one from {low:g}."
                raise _bad_cell(number, column, cell, "is out of range", allowed)
        return values


def read_table(path: Path) -> OwnTable:
    """Reads `.csv` or `.parquet`.

    Raises:
        BadInputError: The file is too large, of another kind, damaged, or has no rows.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInputError(f"The file cannot be read: {error.strerror}.", "Upload it again.") from error
    if size > MOST_BYTES:
        what = f"The file has {size / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read."
        raise BadInputError(what, "Keep fewer rows or columns; prompts' texts are not needed.")
    kind = path.suffix.lower()
    if kind == ".csv":
        table = _of_csv(path.read_bytes())
    elif kind == ".parquet":
        table = _of_parquet(path)
    else:
        raise BadInputError(f"A file {kind or 'without an ending'!r} cannot be read.", "Save it as .csv or .parquet.")
    if not table.n_rows:
        raise BadInputError("The file has a header but no rows.", "Upload a table with a row per prompt.")
    return table


def _of_csv(content: bytes) -> OwnTable:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInputError(f"Row {line} of the file is not UTF-8.", "Save it as CSV in UTF-8.") from error
    if "\x00" in text:
        raise BadInputError("The file holds null characters, so it is no CSV.", "Save it as CSV in UTF-8.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header)
        rows = []
        for number, row in enumerate(reader):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                what = f"Row {number + FIRST_ROW} has {len(row)} cells, and the header has {len(header)}."
                raise BadInputError(what, "Put commas only between cells, or quote the cell that holds one.")
            rows.append(row)
            _check_rows(len(rows))
    except csv.Error as error:
        what = f"Row {reader.line_num} is not CSV: {error}."
        raise BadInputError(what, "The file may be cut short: save and upload it again.") from error
    return OwnTable({name: [row[at] for row in rows] for at, name in enumerate(header)}, len(rows))


def _of_parquet(path: Path) -> OwnTable:
    try:
        import pyarrow as pa  # heavy: not before a Parquet file comes
        import pyarrow.parquet as pq
    except ImportError as error:
        mend = "Install it with `pip install pyarrow`, or save the table as CSV."
        raise BadInputError("Parquet cannot be read here: pyarrow is not installed.", mend) from error
    try:
        file = pq.ParquetFile(path)
        _check_header(list(file.schema_arrow.names))
        _check_rows(file.metadata.num_rows)
        read = file.read()
    except (pa.ArrowException, OSError) as error:
        raise BadInputError("The file is not Parquet, or is cut short.", "Save it again, or as CSV.") from error
    columns = {name: ["" if v is None else str(v) for v in read.column(name).to_pylist()] for name in read.column_names}
    return OwnTable(columns, read.num_rows)


def _check_header(header: Sequence[str]) -> None:
    if not header:
        raise BadInputError("The file is empty.", "Upload a table with a header and a row per prompt.")
    if len(header) > MOST_COLUMNS:
        raise BadInputError(f"The table has {len(header)} columns.", f"Keep at most {MOST_COLUMNS}.")
    for number, name in enumerate(header):
        if not name:
            raise BadInputError(f"Column {number + 1} has no name.", "Name it in the first row, or remove it.")
        if name in header[:number]:
            raise BadInputError(f"There are two columns {name[:_SHOWN]!r}.", "Rename or remove one of them.")


def _check_rows(n_rows: int) -> None:
    if n_rows > MOST_ROWS:
        raise BadInputError(f"The table has more than {MOST_ROWS:,} rows.", "Upload a sample of them.")


def _bad_cell(number: int, column: str, cell: str, what: str, mend: str) -> BadInputError:
    where = f"Row {number + FIRST_ROW}, column {column[:_SHOWN]!r}"
    return BadInputError(f"{where}: {cell[:_SHOWN]!r} {what}.", mend)
