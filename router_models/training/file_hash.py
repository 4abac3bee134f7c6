"""The hash of a file that stands on a router's card."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, computed again only where the file has changed."""
    state = path.stat()
    return _sha256_of(path, state.st_mtime_ns, state.st_size)


@lru_cache
def _sha256_of(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
