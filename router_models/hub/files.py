"""Files that are there whole or not at all, and their checksums."""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from errors import UnavailableError

if TYPE_CHECKING:
    from router_models.hub.repository import RepoFile

_BLOCK = 1024 * 1024


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that readers, and whoever starts after a power cut, see the old content or the new one.

    Raises:
        OSError: It cannot be written; the old content stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def is_whole(path: Path, file: RepoFile) -> bool:
    """Whether a file on disk is the one that the Hub named, by size and checksum.

    A file of which the Hub gives no checksum is compared by its size alone.
    """
    if not path.is_file() or path.stat().st_size != file.size_bytes:
        return False
    if file.sha256 is not None:
        return _digest(path, hashlib.sha256()) == file.sha256
    if file.git_sha1 is not None:
        begun = hashlib.sha1(b"blob %d\0" % file.size_bytes, usedforsecurity=False)  # git's way to name content
        return _digest(path, begun) == file.git_sha1
    return True


def disk_error(error: OSError, what: str) -> UnavailableError:
    """What to say of a disk that refuses."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return UnavailableError(f"The disk is full: {what} could not be kept.", "Make room and try again.")
    return UnavailableError(
        f"{what} could not be written ({type(error).__name__}).", "Make sure that DATA_DIR can be written to."
    )


def _digest(path: Path, digest: hashlib._Hash) -> str:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
