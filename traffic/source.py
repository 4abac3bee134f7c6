"""What a user brings: a file or pasted text, held in memory and nowhere else."""

from __future__ import annotations

import codecs
import threading
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from errors import BadInputError, UnavailableError
from feedback.import_columns import COLUMN_NAMES
from router_models.batch.no_text import refuse_no_text
from router_models.batch.records import delimiter_of

Kind = Literal["csv", "jsonl", "parquet", "text", "pasted"]

KINDS: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}
"""Kind of file by the end of its name."""

MIB = 2**20
MAX_BYTES = 40 * MIB
"""Of a file, and of what is pasted."""

MAX_BYTES_HELD = 400 * MIB
"""Of all visitors together: what they bring stays in memory until they leave."""

UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SHOWN = 60


@dataclass(frozen=True, eq=False)
class Source:
    """A file or pasted text.

    Attributes:
        name: What to call it.
        kind: How to read it.
        data: Its bytes; a text in UTF-16 as UTF-8.
    """

    name: str
    kind: Kind
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Takes its room among all that is held.

        Raises:
            UnavailableError: There is none left.
        """
        _room.take(self, len(self.data))


def from_file(path: Path, name: str = "") -> Source:
    """Reads a file.

    Args:
        path: Where it is.
        name: What to call it; '' is its own name.

    Raises:
        BadInputError: It is too large, empty, unreadable, or of another kind.
        UnavailableError: Other visitors hold too much.
    """
    _kind_by_name(path.name)
    try:
        _check_size(path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"The file cannot be read: {error.strerror}.", "Upload it again.") from error
    return from_bytes(name or path.name, data, _kind_by_name(path.name))


def from_bytes(name: str, data: bytes, kind: Kind | None = None) -> Source:
    """Takes what was in a file.

    Args:
        name: Its name.
        data: What was in it.
        kind: How to read it; None goes by the end of its name.

    Raises:
        BadInputError: It is too large, empty, or of another kind.
        UnavailableError: Other visitors hold too much.
    """
    kind = kind or _kind_by_name(name)
    _check_size(len(data))
    if kind != "parquet":
        refuse_no_text(name[-_SHOWN:], data)
    return Source(name[-_SHOWN:], kind, data if kind == "parquet" else _as_utf_8(data))


def from_text(text: str) -> Source:
    """Takes pasted text: rows of CSV or JSONL where it looks like them, else prompts.

    Raises:
        BadInputError: Nothing was pasted, or too much.
        UnavailableError: Other visitors hold too much.
    """
    if not text.strip():
        raise BadInputError("There is no file and nothing pasted.", "Upload a file, paste prompts, or try the example.")
    data = text.encode("utf-8", errors="replace")
    _check_size(len(data))
    return Source("pasted", _kind_of(text.lstrip()), data)


def _kind_by_name(name: str) -> Kind:
    end = Path(name).suffix.lower()
    if end not in KINDS:
        raise BadInputError(
            f"A file that ends in “{end[:12]}” cannot be read.", f"Choose one that ends in {', '.join(KINDS)}."
        )
    return KINDS[end]


def _kind_of(text: str) -> Kind:
    if text.startswith("{"):
        return "jsonl"
    first, _, rest = text.partition("\n")
    names = [name.strip().strip('"').lower() for name in first.split(delimiter_of(first.encode()))]
    return "csv" if rest.strip() and len(first) < 1000 and set(names) & set(COLUMN_NAMES) else "pasted"


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        what = f"This is {size / MIB:,.0f} MiB; at most {MAX_BYTES // MIB} MiB are read at once."
        raise BadInputError(what, "Take a random sample of the rows, or use `python -m router_models.batch` for all.")
    if size == 0:
        raise BadInputError("The file is empty.", "Choose one with a prompt per row.")


def _as_utf_8(data: bytes) -> bytes:
    if data.startswith(_UTF_16_MARKS):
        return data.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    return data.removeprefix(UTF_8_MARK)


class _Room:
    """How much is held by all visitors together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = 0

    def take(self, source: Source, size: int) -> None:
        """Takes room until the source is gone; raises UnavailableError where there is none."""
        with self._lock:
            if self._held + size > MAX_BYTES_HELD:
                mend = "Try again in a while, or bring fewer rows."
                raise UnavailableError("Other visitors hold as much as this machine has room for.", mend)
            self._held += size
        weakref.finalize(source, self._give_back, size)

    def _give_back(self, size: int) -> None:
        # Without the lock: the collector may call this in the very thread that holds it.
        self._held -= size


_room = _Room()
