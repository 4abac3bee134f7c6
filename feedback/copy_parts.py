"""Files of the copy on the Hub: what they are called, and what is in them.

Every upload adds files `rows/<table>/<number>-<moment>-<random>.jsonl`, and `deleted/<table>/…` for rows that have
gone. Of what they say of a row, the file with the highest number is right. Files are only changed to take texts out.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from errors import DataError

Kind = Literal["rows", "deleted"]

FORMAT = 1
FACTS = "copy.json"
MAX_BYTES = 4_000_000
"""Of a file, so that the Hub keeps it as plain text; a single row may be larger."""

_NAME = re.compile(r"(rows|deleted)/([a-z_]+)/(\d{8,})-(\d{8}T\d{12})-([0-9a-f]{8})\.jsonl")


@dataclass(frozen=True, slots=True)
class PartName:
    """What the name of a file says.

    Attributes:
        kind: Whether its rows came or went.
        table: Of which table.
        order: Sorts files by when they were made.
    """

    kind: Kind
    table: str
    order: tuple[int, str, str]

    @classmethod
    def read(cls, path: str) -> PartName | None:
        """What a path says; None if it is no such file."""
        found = _NAME.fullmatch(path)
        if found is None:
            return None
        kind: Kind = "rows" if found[1] == "rows" else "deleted"
        return cls(kind, found[2], (int(found[3]), found[4], found[5]))


@dataclass(frozen=True, slots=True)
class Part:
    """A file to be added."""

    path: str
    content: bytes


def parts_of(kind: Kind, table: str, number: int, moment: datetime, lines: Iterable[str]) -> Iterator[Part]:
    """Files that hold these lines.

    Args:
        kind: Whether rows came or went.
        table: Of which table.
        number: Of this upload.
        moment: Of this upload, in UTC.
        lines: One row each.
    """
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        encoded = line.encode("utf-8", "replace") + b"\n"
        if chunk and size + len(encoded) > MAX_BYTES:
            yield _part(kind, table, number, moment, chunk)
            chunk, size = [], 0
        chunk.append(encoded)
        size += len(encoded)
    if chunk:
        yield _part(kind, table, number, moment, chunk)


def read_lines(path: str, content: bytes) -> Iterator[dict[str, Any]]:
    """The rows of a file.

    Raises:
        DataError: It is not one of ours.
    """
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise DataError(
                f"Line {number} of {path} in the dataset of feedback is no row.",
                "Restore the dataset to a commit before it was changed by hand.",
            )
        yield row


def _part(kind: Kind, table: str, number: int, moment: datetime, chunk: Sequence[bytes]) -> Part:
    name = f"{number:08d}-{moment:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.jsonl"
    return Part(f"{kind}/{table}/{name}", b"".join(chunk))
