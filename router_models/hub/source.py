"""Which repository of the Hub, and which revision of it: what people paste."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from errors import BadInputError

_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_REPOSITORY = re.compile(f"{_NAME}/{_NAME}", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,127}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HOSTS = {"huggingface.co", "www.huggingface.co", "hf.co"}
_VIEWS = {"tree", "blob", "resolve", "raw", "commit"}
_OTHER_KINDS = {"datasets", "spaces", "collections", "papers", "docs", "buckets", "kernels"}
_SHOWN = 80
_MEND = "Write owner/name, owner/name@revision, or paste the address of the model's page."


@dataclass(frozen=True, slots=True)
class HubSource:
    """A model repository of the Hub.

    Attributes:
        repo_id: `owner/name`.
        revision: Branch, tag or commit; '' is the default branch.
    """

    repo_id: str
    revision: str = ""

    @property
    def folder_name(self) -> str:
        """The repository's name as one folder's; two slashes of the Hub's names are never next to each other."""
        return self.repo_id.replace("/", "--")

    @property
    def pinned(self) -> bool:
        """Whether the revision is a commit, which nobody can change."""
        return _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return f"{self.repo_id}@{self.revision}" if self.revision else self.repo_id


def parse_source(text: str) -> HubSource:
    """Reads `owner/name`, `owner/name@revision`, `hf://owner/name` or the address of a model's page.

    Raises:
        BadInputError: It is none of these, or has parts that lead elsewhere.
    """
    wanted = text.strip()
    if wanted.startswith("hf://"):
        path = wanted.removeprefix("hf://").removeprefix("models/")
    elif "://" in wanted:
        path = _path_of_page(wanted)
    else:
        path = wanted
    repo_id, revision = _split(path.strip("/"))
    if not _REPOSITORY.fullmatch(repo_id) or ".." in repo_id or "--" in repo_id or repo_id.endswith(".git"):
        raise BadInputError(f"“{_shown(wanted)}” is not the id of a model on the Hub.", _MEND)
    if revision and (not _REVISION.fullmatch(revision) or ".." in revision or "//" in revision):
        raise BadInputError(f"“{_shown(revision)}” is not a revision.", "Name a branch, a tag or a commit.")
    return HubSource(repo_id, revision)


def is_plain_path(name: str) -> bool:
    """Whether a file's name in a repository stays inside the folder that it is put into, on every system."""
    parts = name.split("/")
    return (
        bool(name)
        and name.isprintable()
        and not any(character in name for character in "\\:\0")
        and all(part not in {"", ".", ".."} for part in parts)
        and len(name) <= 256
    )


def _path_of_page(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError as error:
        raise BadInputError(f"“{_shown(address)}” is not an address.", _MEND) from error
    if parts.scheme not in {"http", "https"} or host not in _HOSTS:
        raise BadInputError(f"“{_shown(address)}” is not a page of the Hub.", _MEND)
    return unquote(parts.path)


def _split(path: str) -> tuple[str, str]:
    """Repository and revision of `owner/name`, `owner/name@revision` or `owner/name/tree/revision`."""
    parts = path.split("/")
    if parts[0] in _OTHER_KINDS and len(parts) > 2:
        raise BadInputError(f"“{_shown(path)}” is not a model.", "Paste the id of a model: it classifies texts.")
    if len(parts) > 3 and parts[2] in _VIEWS:
        rest = parts[3:] if parts[2] == "tree" else parts[3:4]
        return "/".join(parts[:2]), "/".join(rest)
    repo_id, _, revision = path.partition("@")
    return repo_id, revision


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
