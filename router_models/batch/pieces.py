"""Cutting files into pieces that workers read on their own: row groups of Parquet, ranges of bytes of JSONL and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from errors import BadInputError
from router_models.batch.no_text import refuse_no_text
from router_models.batch.records import MAX_RECORD_BYTES, UTF_8, RecordScan, delimiter_of
from router_models.batch.sources import Format, SourceFile, opened

PIECE_ROWS = 20_000
"""Rows of a shard. A worker that dies loses at most so many."""

PIECE_BYTES = 64 * 2**20
"""A piece of JSONL or CSV ends here even if it has fewer rows: long prompts must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file: row groups of Parquet, else bytes; `first_row` counts from 1, without a header."""

    start: int
    stop: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one shard.

    Attributes:
        number: Place in the output, from 0.
        url: The file.
        format: How it is written.
        span: The part of it.
        encoding: Of JSONL and CSV.
        header: First line of a CSV file, which names its columns.
    """

    number: int
    url: str
    format: Format
    span: Span
    encoding: str = UTF_8
    header: bytes = b""


def cut(sources: Sequence[SourceFile], rows: int = PIECE_ROWS) -> Iterator[Piece]:
    """Pieces of all files in order; the same files and `rows` give the same pieces.

    Args:
        sources: The files.
        rows: Rows of a piece. Parquet is cut between row groups only, so a piece may have as many as the largest.

    Raises:
        BadInputError: A file is not what its name says; the message names the line.
        UnavailableError: A file cannot be read.
    """
    numbers = count()
    for source in sources:
        if source.format == "parquet":
            for span in _row_groups(source, rows):
                yield Piece(next(numbers), source.url, source.format, span)
            continue
        first = _first_line(source)
        header = first if source.format == "csv" else b""
        scan = RecordScan(source.url, delimiter_of(header).encode() if header else None)
        for span in list(_byte_ranges(source, scan, rows)):  # the whole file, because only then its encoding is known
            yield Piece(next(numbers), source.url, source.format, span, scan.encoding, header)


def _row_groups(source: SourceFile, rows: int) -> Iterator[Span]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with opened(source.url) as file:
            metadata = pq.ParquetFile(file).metadata
    except (pa.ArrowInvalid, OSError) as error:
        raise BadInputError(
            f"{source.url} is not a Parquet file: {error}.", "Write it again or leave it out."
        ) from error
    start, taken, first_row = 0, 0, 1
    for group in range(metadata.num_row_groups):
        taken += metadata.row_group(group).num_rows
        if taken >= rows or group == metadata.num_row_groups - 1:
            yield Span(start, group + 1, first_row)
            start, first_row, taken = group + 1, first_row + taken, 0


def _first_line(source: SourceFile) -> bytes:
    with opened(source.url) as file:
        line = file.readline(MAX_RECORD_BYTES)
    refuse_no_text(source.url, line)
    return line


def _byte_ranges(source: SourceFile, scan: RecordScan, rows: int) -> Iterator[Span]:
    with opened(source.url) as file:
        ends = scan.ends(file)
        start = stop = next(ends, 0) if source.format == "csv" else 0
        taken, first_row = 0, 1
        for stop in ends:
            taken += 1
            if taken >= rows or stop - start >= PIECE_BYTES:
                yield Span(start, stop, first_row)
                start, first_row, taken = stop, first_row + taken, 0
        if stop > start:
            yield Span(start, stop, first_row)
