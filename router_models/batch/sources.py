"""Files to read: a file, a folder or a pattern, on this machine or wherever fsspec reaches (`hf://`, `s3://`)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Literal, cast, get_args

from errors import BadInputError, UnavailableError

Format = Literal["parquet", "jsonl", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)
_ENDINGS: dict[str, Format] = {".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_GLOB = frozenset("*?[")
_BUFFER_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file.

    Attributes:
        url: Where it is, as fsspec takes it.
        format: How it is written.
        size: In bytes.
        stamp: Changes when the file does: its etag, or its time of change.
    """

    url: str
    format: Format
    size: int
    stamp: str


def find_sources(location: str) -> list[SourceFile]:
    """The Parquet, JSONL and CSV files of a place, by name.

    Args:
        location: A file, a folder (read with its subfolders) or a pattern with `*`; a path or an fsspec URL.

    Raises:
        BadInputError: There is no such file, or none of these formats.
        UnavailableError: The place cannot be reached.
    """
    import fsspec

    try:
        filesystem, path = fsspec.core.url_to_fs(location)
        if _GLOB & set(path):
            found = filesystem.glob(path, detail=True)
        elif filesystem.isdir(path):
            found = filesystem.find(path, detail=True)
        else:
            found = {path: filesystem.info(path)}
    except FileNotFoundError:
        found = {}
    except (OSError, ValueError, ImportError) as error:
        raise UnavailableError(
            f"{location} cannot be read: {error}.", "Check the address and your access to it."
        ) from error
    sources = [
        SourceFile(filesystem.unstrip_protocol(name), kind, int(entry["size"]), _stamp(entry))
        for name, entry in sorted(found.items())
        if entry["type"] == "file" and (kind := _ENDINGS.get(PurePosixPath(name).suffix.lower()))
    ]
    if not sources:
        raise BadInputError(
            f"There is no Parquet, JSONL or CSV file at {location}.",
            f"Name a file, a folder or a pattern of files that end in {', '.join(_ENDINGS)}."
            + (" A private dataset needs HF_TOKEN." if location.startswith("hf://") else ""),
        )
    return sources


@contextmanager
def opened(url: str) -> Iterator[BinaryIO]:
    """The file at an fsspec URL, to be read and searched through.

    Raises:
        UnavailableError: It cannot be opened, or the connection breaks while it is read.
    """
    import fsspec
    import httpx2
    from fsspec.spec import AbstractBufferedFile

    try:
        with fsspec.open(url, "rb") as file:
            # What fsspec gives of a file elsewhere has no `readline` with a limit.
            elsewhere = isinstance(file, AbstractBufferedFile)
            yield cast("BinaryIO", io.BufferedReader(file, _BUFFER_BYTES) if elsewhere else file)
    except (
        FileNotFoundError,
        PermissionError,
        ConnectionError,
        TimeoutError,
        io.UnsupportedOperation,
        httpx2.HTTPError,  # of the Hub's client, also half-way through a file
    ) as error:
        raise UnavailableError(f"{url} cannot be read: {error}.", "Check the address and your access to it.") from error


def _stamp(entry: dict[str, object]) -> str:
    """What changes with the content, as far as the file system tells."""
    for name in ("ETag", "etag", "blob_id", "sha", "mtime", "LastModified", "last_commit"):
        if entry.get(name):
            return str(entry[name])
    return ""
