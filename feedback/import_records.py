"""What an import says: which rows were bad and why, and where the prompts were found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

FileKind = Literal["csv", "jsonl", "parquet", "text"]

MAX_BYTES = 256 * 1024 * 1024
"""Of a file."""

MAX_ROWS = 500_000
"""Of a file; the queue is meant for a tenth of it."""

NAMED_ROWS = 100
"""Bad rows that are named one by one; further ones are counted."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out.

    Attributes:
        row: As a spreadsheet counts, from 1 and with the header; of JSONL and text the line.
        why: What is wrong with it, one sentence.
    """

    row: int
    why: str


@dataclass(slots=True)
class Reading:
    """What reading a file has come to so far; grows while its prompts are read.

    Attributes:
        kind: How it was read.
        column: Column of the prompts; '' where there is but one and no name.
        encoding: Of a text file; '' for others.
        rows: Rows read, bad ones included, the header not.
        bad: Bad rows, the first `NAMED_ROWS` of them.
        bad_rows: How many there are.
        cut_off: Whether the file has more than `MAX_ROWS`, and the rest was not read.
    """

    kind: FileKind
    column: str = ""
    encoding: str = ""
    rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0
    cut_off: bool = False

    def leave_out(self, row: int, why: str) -> None:
        """Notes a bad row."""
        self.bad_rows += 1
        if len(self.bad) < NAMED_ROWS:
            self.bad.append(BadRow(row, why))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: how the file was read, and how many prompts were new or known already."""

    reading: Reading
    new: int
    duplicates: int


@dataclass(slots=True)
class LabelReport:
    """What became of the labels of a file.

    Attributes:
        new: Labels that were kept.
        known: Labels that were kept before.
        people: How many people they are from.
        passed_over: Labels that nobody means: changed later in the file; of judges and corrections, in our exports.
        bad: Rows whose label cannot be read, the first `NAMED_ROWS` of them; their prompts are in the queue.
        bad_rows: How many there are.
    """

    new: int = 0
    known: int = 0
    people: int = 0
    passed_over: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0

    def leave_out(self, row: int, why: str) -> None:
        """Notes a row whose label cannot be read."""
        self.bad_rows += 1
        if len(self.bad) < NAMED_ROWS:
            self.bad.append(BadRow(row, why))
