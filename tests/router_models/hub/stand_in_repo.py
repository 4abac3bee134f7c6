"""What a repository of the stand-in for the Hub keeps, and how the Hub describes it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LARGE = (".onnx", ".safetensors", ".keras", ".bin", ".npz", ".onnx_data")
"""Endings of files in large file storage: served by a redirect, named by their sha256."""


def git_sha1(content: bytes) -> str:
    """As git names a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass
class Repo:
    """A repository: its states, oldest first, and branches by name."""

    private: bool = False
    gated: bool = False
    licence: str = ""
    states: list[dict[str, bytes]] = field(default_factory=list)
    branches: dict[str, int] = field(default_factory=dict)

    def commit(self, files: Mapping[str, bytes], branch: str = "main", deleted: Collection[str] = ()) -> str:
        """Adds a state to a branch; returns its commit."""
        before = {name: content for name, content in self.files(branch).items() if name not in deleted}
        self.states.append({**before, **files})
        self.branches[branch] = len(self.states) - 1
        return sha_of(self.branches[branch])

    def files(self, branch: str = "main") -> dict[str, bytes]:
        """What is in the last state of a branch."""
        return self.states[self.branches[branch]] if branch in self.branches else {}

    def at(self, revision: str) -> int | None:
        """Which state a revision is; None if there is none."""
        if revision in self.branches:
            return self.branches[revision]
        return next((place for place in range(len(self.states)) if sha_of(place) == revision), None)


def sha_of(place: int) -> str:
    """The commit of a state."""
    return hashlib.sha1(b"state %d" % place, usedforsecurity=False).hexdigest()


def sibling(name: str, content: bytes, *, blobs: bool) -> dict[str, Any]:
    """A file as a repository's description lists it."""
    if not blobs:
        return {"rfilename": name}
    entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git_sha1(content)}
    if name.endswith(LARGE):
        entry["lfs"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 130}
    return entry


def entry_of(files: Mapping[str, bytes], path: str) -> Iterator[dict[str, Any]]:
    """A file or folder as listings of a tree have it."""
    if path in files:
        content = files[path]
        entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git_sha1(content)}
        if path.endswith(LARGE):
            sha256 = hashlib.sha256(content).hexdigest()
            entry["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 130}
        yield entry
    elif any(name.startswith(f"{path}/") for name in files):
        yield {"type": "directory", "path": path, "oid": hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()}
