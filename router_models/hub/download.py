"""Gets files of a repository: resumed after a break or a kill, checked, and there whole or not at all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from errors import PlaygroundError, UnavailableError
from router_models.hub.client import TIMEOUT_S, HubBusyError, HubDownError, client, in_words, retry_after_s
from router_models.hub.files import disk_error, is_whole
from router_models.hub.repository import RepoFile, Repository

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PART = ".part"
"""Ending of a file that is not whole yet."""

ATTEMPTS = 4
"""Tries in a row that bring nothing before the download is given up."""

_BLOCK = 128 * 1024
_LONGEST_WAIT_S = 60.0
_STEP_S = 0.2
_SPARE_BYTES = 32 * 1024 * 1024
_PARTIAL = 206


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is.

    Attributes:
        done_bytes: Of all its files.
        total_bytes: Of all its files.
        file: The file that is coming now.
    """

    done_bytes: int
    total_bytes: int
    file: str


class DownloadCancelledError(PlaygroundError):
    """Raised by who watches a download, to end it; what has come stays for the next time."""

    status = 409

    def __init__(self) -> None:
        super().__init__("The download was cancelled.", "Start it again: it goes on from where it was.")


Watcher = Callable[[Progress], None]


def fetch_files(
    repository: Repository,
    files: Sequence[RepoFile],
    hub_folder: Path,
    token: str = "",
    progress: Watcher | None = None,
) -> Path:
    """Gets files of a repository that are not on disk yet.

    Who wants the same ones at the same time waits for the first. What a break or a kill leaves is taken up again.

    Args:
        repository: At a commit.
        files: Which of its files.
        hub_folder: Folder of everything from the Hub.
        token: For a private repository; '' is none.
        progress: Told of every block, and while waiting; it may raise `DownloadCancelledError`.

    Returns:
        The folder that holds them, by their names in the repository.

    Raises:
        DownloadCancelledError: From `progress`.
        UnavailableError: The Hub or the disk refuses, or a file is not what the Hub says it is.
        UnknownNameError: The repository is gone, or not shown to us.
    """
    from filelock import FileLock

    folder = repository.folder(hub_folder)
    download = _Download(repository, folder, token, sum(file.size_bytes for file in files), progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            missing = [file for file in files if not is_whole(folder / file.name, file)]
            download.done_bytes = download.total_bytes - sum(file.size_bytes for file in missing)
            _check_room(folder, missing)
            for file in missing:
                download.get(file)
    except OSError as error:
        raise disk_error(error, repository.source.repo_id) from error
    return folder


def _check_room(folder: Path, files: Sequence[RepoFile]) -> None:
    """Says no before the first byte if the disk cannot hold what is to come."""
    needed = 0
    for file in files:
        part = folder / f"{file.name}{PART}"
        needed += file.size_bytes - (part.stat().st_size if part.is_file() else 0)
    free = shutil.disk_usage(folder).free
    if needed + _SPARE_BYTES > free:
        raise UnavailableError(
            f"The disk has {free / 1e6:,.0f} MB left, and {needed / 1e6:,.0f} MB are to come.",
            "Make room, or remove a router that was added.",
        )


class _Download:
    def __init__(
        self, repository: Repository, folder: Path, token: str, total_bytes: int, progress: Watcher | None
    ) -> None:
        self._repository = repository
        self._folder = folder
        self._token = token
        self._progress = progress
        self._api: HfApi = client(token)
        self.total_bytes = total_bytes
        self.done_bytes = 0

    def get(self, file: RepoFile) -> None:
        """Gets one file; the part of it that an earlier download left is not asked for again."""
        path = self._folder / file.name
        part = path.with_name(f"{path.name}{PART}")
        part.parent.mkdir(parents=True, exist_ok=True)
        if part.is_file() and part.stat().st_size > file.size_bytes:
            part.unlink()
        before = self.done_bytes
        failed = 0
        while not part.is_file() or part.stat().st_size < file.size_bytes:
            have = part.stat().st_size if part.is_file() else 0
            self.done_bytes = before + have
            down = HubDownError(f"The Hub sends nothing of {file.name}.", "Try again later.")
            wait_s = 0.0
            try:
                with in_words(self._repository.source, self._token):
                    wait_s = self._append(file, part, have)
            except HubBusyError:
                raise
            except HubDownError as error:
                down, wait_s = error, float(failed + 1)
            failed = 0 if part.is_file() and part.stat().st_size > have else failed + 1
            if failed >= ATTEMPTS:
                raise down
            self._wait(file, wait_s)
        if not is_whole(part, file):
            raise _other_file(file, part)
        part.replace(path)
        self.done_bytes = before + file.size_bytes
        self._say(file)

    def _append(self, file: RepoFile, part: Path, have: int) -> float:
        """Adds what comes to the part on disk; returns for how many seconds the Hub asks to wait, 0 if it answered."""
        from huggingface_hub import get_session
        from huggingface_hub.errors import HfHubHTTPError
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]  # public

        headers = build_hf_headers(token=self._token or False, library_name="router-playground")
        # A compressed answer could not be resumed: its ranges are of other bytes.
        headers |= {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with get_session().stream("GET", self._address(file), headers=headers, timeout=TIMEOUT_S) as answer:
            try:
                hf_raise_for_status(answer)
            except HfHubHTTPError as error:
                wait_s = retry_after_s(error)
                if answer.status_code != 429 or wait_s is None or wait_s > _LONGEST_WAIT_S:
                    raise
                return wait_s
            if have and answer.status_code != _PARTIAL:  # it sends all of it again
                self.done_bytes -= have
                have = 0
            with part.open("ab" if have else "wb") as written:
                for block in answer.iter_bytes(_BLOCK):
                    have += len(block)
                    if have > file.size_bytes:
                        raise _other_file(file, part)
                    written.write(block)
                    self.done_bytes += len(block)
                    self._say(file)
        return 0.0

    def _address(self, file: RepoFile) -> str:
        repository = self._repository
        return f"{self._api.endpoint}/{repository.source.repo_id}/resolve/{repository.commit}/{quote(file.name)}"

    def _say(self, file: RepoFile) -> None:
        if self._progress is not None:
            self._progress(Progress(self.done_bytes, self.total_bytes, file.name))

    def _wait(self, file: RepoFile, seconds: float) -> None:
        """Waits, in steps short enough for who watches to end it."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._say(file)
            time.sleep(min(_STEP_S, left))


def _other_file(file: RepoFile, part: Path) -> UnavailableError:
    """Takes away what came instead of a file; returns what to say of it."""
    part.unlink()
    return UnavailableError(
        f"{file.name} is not the file that the Hub describes: size or checksum differ.",
        "Try again; if it stays so, ask the author to upload it anew.",
    )
