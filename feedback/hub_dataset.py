"""The dataset on the Hub: what is in it, and a commit. Whatever goes wrong is said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from errors import UnavailableError
from feedback.copy_parts import Part

if TYPE_CHECKING:
    from huggingface_hub import HfApi

REPO_TYPE = "dataset"
_CARD = """---
pretty_name: Feedback of Router Playground
configs:
{configs}
---
A copy of what people said in Router Playground. It is written by the app, which reads it back: change nothing by hand.

`rows/<table>/` holds rows as they came, one JSON object a line; of rows with the same key the one in the file with the
highest number is the latest. `deleted/<table>/` holds keys of rows that have gone since. Texts are there where their
authors agreed. `copy.json` says which database this is the copy of.
"""
_CONFIG = """- config_name: {table}
  data_files: rows/{table}/*.jsonl"""


class HubError(UnavailableError):
    """The Hub refuses or does not answer."""


class HubDataset:
    """One dataset. Every method waits for the Hub.

    Args:
        repo_id: `user/name`.
        token: A token of the Hub with the right to write there; None is nobody's.
    """

    def __init__(self, repo_id: str, token: str | None) -> None:
        self.repo_id = repo_id
        self._token = token

    @property
    def api(self) -> HfApi:
        """The Hub's client, with our token and no other."""
        from huggingface_hub import HfApi  # half a second: not while the app starts

        return HfApi(token=self._token or False, library_name="router-playground")

    def files(self) -> tuple[str, list[str]]:
        """The present commit, and the paths of all files in it.

        Raises:
            HubError: The Hub refuses or does not answer.
        """
        with in_words(self.repo_id):
            info = self.api.repo_info(self.repo_id, repo_type=REPO_TYPE)
            commit = info.sha or "main"
            tree = self.api.list_repo_tree(self.repo_id, repo_type=REPO_TYPE, recursive=True, revision=commit)
            return commit, [entry.path for entry in tree if not hasattr(entry, "tree_id")]

    def read(self, path: str, commit: str, folder: Path) -> bytes:
        """One file as of a commit; arguments as for `download`.

        Raises:
            HubError: The Hub refuses or does not answer.
        """
        with in_words(self.repo_id):
            local = self.api.hf_hub_download(self.repo_id, path, repo_type=REPO_TYPE, revision=commit, local_dir=folder)
        return Path(local).read_bytes()

    def download(self, commit: str, folder: Path) -> None:
        """All files as of a commit, several at a time.

        Args:
            commit: See `files`.
            folder: Where they go; the caller takes it away.

        Raises:
            HubError: The Hub refuses or does not answer.
        """
        with in_words(self.repo_id):
            self.api.snapshot_download(self.repo_id, repo_type=REPO_TYPE, revision=commit, local_dir=folder)

    def commit(self, parts: Sequence[Part], message: str) -> None:
        """Adds files, all in one commit.

        Raises:
            HubError: The Hub refuses or does not answer; nothing was added, or it did not say so.
        """
        from huggingface_hub import CommitOperationAdd

        operations = [CommitOperationAdd(part.path, part.content) for part in parts]
        with in_words(self.repo_id):
            self.api.create_commit(self.repo_id, operations, commit_message=message, repo_type=REPO_TYPE)


def card(tables: Sequence[str]) -> Part:
    """The dataset's card, by which the Hub's viewer shows every table."""
    configs = "\n".join(_CONFIG.format(table=table) for table in tables)
    return Part("README.md", _CARD.format(configs=configs).encode())


@contextmanager
def in_words(repo_id: str) -> Iterator[None]:
    """Turns errors of the Hub's client into a `HubError`, which quotes neither token nor address.

    Raises:
        HubError: The Hub refuses or does not answer.
    """
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except HfHubHTTPError as error:
        what, mend = _refusal(error.response.status_code if error.response is not None else 0, repo_id)
        raise HubError(what, mend) from error
    except (httpx2.HTTPError, OSError, ValueError) as error:
        raise HubError(
            f"The Hub does not answer for {repo_id} ({type(error).__name__}).", "It is tried again by itself."
        ) from error


def _refusal(status: int, repo_id: str) -> tuple[str, str]:
    if status in {401, 403, 404}:
        return f"The Hub refuses the dataset {repo_id} ({status}).", "Give HF_TOKEN the right to write to it."
    if status == 429:
        return (
            "The Hub asks for fewer uploads (429).",
            "It is tried again by itself; FEEDBACK_COPY_MINUTES may be higher.",
        )
    return f"The Hub failed on {repo_id} ({status}).", "It is tried again by itself."
