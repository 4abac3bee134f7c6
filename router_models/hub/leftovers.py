"""What cancelled and refused downloads leave on the disk, and how much of it may stay."""

from __future__ import annotations

import shutil
from collections.abc import Set
from pathlib import Path

from filelock import FileLock, Timeout

LOOKED_UP = "looked-up"
"""Folder of what the Hub said of a repository; it is small and stays."""


def sweep(hub_folder: Path, used: Set[Path], max_bytes: int) -> None:
    """Deletes the oldest of what nobody uses until the rest of it is small enough.

    What is being downloaded is left alone, and so is the last part of a broken download that fits: it goes on from
    there.

    Args:
        hub_folder: Folder of everything from the Hub.
        used: Folders of commits that routers use.
        max_bytes: How much may stay.
    """
    unused = [
        folder
        for folder in (hub_folder / "models").glob("*/*")
        if folder.is_dir() and folder.name != LOOKED_UP and folder not in used
    ]
    sizes = {folder: _size(folder) for folder in sorted(unused, key=_changed)}
    total = sum(sizes.values())
    for folder, size in sizes.items():
        if total <= max_bytes:
            return
        try:
            with FileLock(folder.with_suffix(".lock"), timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            continue
        total -= size


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _changed(folder: Path) -> float:
    return folder.stat().st_mtime
