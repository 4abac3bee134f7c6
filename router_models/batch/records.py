"""Where the records of a text file end, found in one pass that keeps no more than a record in memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from errors import BadInputError

MAX_RECORD_BYTES = 8 * 2**20
UTF_8, WESTERN = "utf-8-sig", "cp1252"
"""What a text file is read as: UTF-8, or where a byte does not fit it, what Windows and older Excel write."""

DELIMITERS = (",", ";", "\t")


def delimiter_of(header: bytes) -> str:
    """What separates the columns of a CSV file: of comma, semicolon and tab the one its first line has most of."""
    return max(DELIMITERS, key=lambda mark: header.count(mark.encode()))


@dataclass
class RecordScan:
    """One pass over a file.

    Args:
        name: The file's name, for messages.
        delimiter: Separates columns of CSV; None for files with one record a line.

    Attributes:
        encoding: After the pass, what the file can be read as.
    """

    name: str
    delimiter: bytes | None
    encoding: str = UTF_8
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"), repr=False)

    def ends(self, file: BinaryIO) -> Iterator[int]:
        """Offset behind each record, the last one included.

        Raises:
            BadInputError: A record is longer than `MAX_RECORD_BYTES`, or its quotation mark is never closed.
        """
        position, start, first_line, inside = 0, 0, 1, False
        for number, line in enumerate(iter(lambda: file.readline(MAX_RECORD_BYTES), b""), 1):
            self._check_encoding(line)
            position += len(line)
            if self.delimiter is not None and (inside or b'"' in line):
                inside = leaves_open(line, self.delimiter, inside)
            if position - start >= MAX_RECORD_BYTES:
                raise self._too_long(first_line, inside)
            if not inside:
                yield position
                start, first_line = position, number + 1
        if inside:
            raise self._too_long(first_line, inside)

    def _check_encoding(self, line: bytes) -> None:
        if self.encoding == UTF_8:
            try:
                self._decoder.decode(line)
            except UnicodeDecodeError:
                self.encoding = WESTERN

    def _too_long(self, line: int, inside: bool) -> BadInputError:
        if inside:
            return BadInputError(
                f"{self.name} has a quotation mark at line {line:,} that is never closed.", "Correct that line."
            )
        return BadInputError(
            f"{self.name} has a row of over {MAX_RECORD_BYTES >> 20} MiB at line {line:,}.",
            "Shorten it, or leave it out.",
        )


def leaves_open(line: bytes, delimiter: bytes, inside: bool) -> bool:
    """Whether a line of CSV ends inside quotation marks, which count only where a field begins with one.

    Args:
        line: The line.
        delimiter: What separates fields.
        inside: Whether it begins inside.
    """
    at = 0
    while True:
        if inside or line[at : at + 1] == b'"':
            at = _behind_quotes(line, at if inside else at + 1)
            if at < 0:
                return True
            inside = False
        at = line.find(delimiter, at) + 1
        if at == 0:
            return False


def _behind_quotes(line: bytes, at: int) -> int:
    """Where a quoted field that goes on at `at` is closed; -1 if not in this line."""
    while (quote := line.find(b'"', at)) >= 0:
        if line[quote + 1 : quote + 2] != b'"':
            return quote + 1
        at = quote + 2
    return -1
