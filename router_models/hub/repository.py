"""What lies in a repository of the Hub at one commit; remembered, for when the Hub is down."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from router_models.hub.client import TIMEOUT_S, HubDownError, client, in_words
from router_models.hub.files import write_whole
from router_models.hub.leftovers import LOOKED_UP
from router_models.hub.source import HubSource, is_plain_path

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

UNKNOWN_LICENCE = "not stated"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


@dataclass(frozen=True, slots=True)
class RepoFile:
    """A file of a repository.

    Attributes:
        name: Path inside the repository.
        size_bytes: Its size.
        sha256: Checksum of a file in large file storage, 64 hex digits.
        git_sha1: Name that git gives the content of any other file, 40 hex digits.
    """

    name: str
    size_bytes: int
    sha256: str | None = None
    git_sha1: str | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at one commit.

    Attributes:
        source: As it was asked for.
        commit: 40 hex digits; what is got is of this commit, whatever the branch does meanwhile.
        files: All files whose names stay inside a folder and whose size is known.
        licence: As its card says.
        private: Whether it is shown to some people only.
        looked_up_at: When the Hub said so.
        offline: Whether the Hub is down and this is what it said then.
    """

    source: HubSource
    commit: str
    files: tuple[RepoFile, ...]
    licence: str
    private: bool
    looked_up_at: datetime
    offline: bool = False

    @property
    def address(self) -> str:
        """The commit's page on the Hub."""
        return f"https://huggingface.co/{self.source.repo_id}/tree/{self.commit}"

    def file(self, name: str) -> RepoFile | None:
        """The file of that name."""
        return next((file for file in self.files if file.name == name), None)

    def folder(self, hub_folder: Path) -> Path:
        """Where this commit's files lie, or will."""
        return _folder(hub_folder, self.source) / self.commit

    def age(self) -> str:
        """How long ago the Hub was asked, such as '3 days ago'."""
        seconds = (datetime.now(UTC) - self.looked_up_at).total_seconds()
        for unit, size in _UNITS:
            if seconds >= size:
                count = int(seconds // size)
                return f"{count} {unit}{'' if count == 1 else 's'} ago"
        return "just now"


_RECORD = TypeAdapter(Repository)


def list_repository(source: HubSource, hub_folder: Path, token: str = "", timeout_s: float = TIMEOUT_S) -> Repository:
    """What lies in a repository, with one request; while the Hub is down, what it said last, to whomever it was.

    Args:
        source: Which repository, and which revision.
        hub_folder: Folder of everything from the Hub.
        token: For a private repository; '' is none.
        timeout_s: How long the Hub may be silent.

    Raises:
        UnknownNameError: There is no such repository or revision, or it is not shown to us.
        BadInputError: The token is refused, or conditions must be accepted first.
        UnavailableError: The Hub is down, and this repository has not been looked up before.
    """
    try:
        with in_words(source, token):
            info = client(token).model_info(
                source.repo_id, revision=source.revision or None, files_metadata=True, timeout=timeout_s
            )
            repository = _from_info(source, info)
    except HubDownError as down:
        known = recorded(source, hub_folder)
        if known is None:
            raise down
        return known
    record = _RECORD.dump_json(repository, indent=1)
    with contextlib.suppress(OSError):  # it is only worse the next time that the Hub is down
        for revision in {source.revision, repository.commit}:
            write_whole(_record_path(hub_folder, source, revision), record)
    return repository


def recorded(source: HubSource, hub_folder: Path) -> Repository | None:
    """What the Hub said of that source last; None if it was never asked or the record is broken."""
    try:
        known = _RECORD.validate_json(_record_path(hub_folder, source, source.revision).read_bytes())
    except (OSError, ValidationError):
        return None
    if not _COMMIT.fullmatch(known.commit) or not all(is_plain_path(file.name) for file in known.files):
        return None
    return dataclasses.replace(known, source=source, offline=True)


def _from_info(source: HubSource, info: ModelInfo) -> Repository:
    commit = info.sha or ""
    if not _COMMIT.fullmatch(commit):
        raise HubDownError(f"The Hub names no commit of {source.repo_id}.", "Try again later.")
    files = tuple(
        RepoFile(
            sibling.rfilename,
            sibling.lfs.size if sibling.lfs else sibling.size,
            sibling.lfs.sha256 if sibling.lfs else None,
            None if sibling.lfs else sibling.blob_id,
        )
        for sibling in info.siblings or ()
        if is_plain_path(sibling.rfilename) and sibling.size is not None
    )
    licence = info.card_data.get("license") if info.card_data else None
    return Repository(
        source=source,
        commit=commit,
        files=files,
        licence=str(licence)[:60] if licence else UNKNOWN_LICENCE,
        private=bool(info.private) or bool(info.gated),
        looked_up_at=datetime.now(UTC),
    )


def _folder(hub_folder: Path, source: HubSource) -> Path:
    return hub_folder / "models" / source.folder_name


def _record_path(hub_folder: Path, source: HubSource, revision: str) -> Path:
    name = quote(revision, safe="") or "-"  # no revision begins like that
    return _folder(hub_folder, source) / LOOKED_UP / f"{name}.json"
