"""Downloads: broken, killed, cancelled, forged, twice at once, and onto a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from errors import UnavailableError
from router_models.hub import download
from router_models.hub.client import HubDownError
from router_models.hub.download import DownloadCancelledError, Progress, fetch_files
from router_models.hub.repository import Repository, list_repository
from router_models.hub.source import HubSource
from tests.conftest import REPOSITORY
from tests.router_models.hub.stand_in import HubStandIn

SOURCE = HubSource("somebody/hardness")
LARGE = "model.onnx"
WEIGHTS = bytes(range(256)) * 4096
FILES = {"config.json": b'{"a": 1}', LARGE: WEIGHTS, "onnx/empty.json": b""}


@pytest.fixture
def repository(hub: HubStandIn, hub_folder: Path) -> Repository:
    hub.put(SOURCE.repo_id, FILES)
    return list_repository(SOURCE, hub_folder)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again without a pause."""

    def no_pause(self: object, *_: object) -> None:
        """Nothing to wait for."""

    monkeypatch.setattr(download._Download, "_wait", no_pause)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_files_arrive_whole_and_are_not_asked_for_again(
    hub: HubStandIn, hub_folder: Path, repository: Repository
) -> None:
    seen: list[Progress] = []
    folder = fetch_files(repository, repository.files, hub_folder, progress=seen.append)
    assert content(folder) == FILES
    assert repository.commit in folder.parts
    done = [progress.done_bytes for progress in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].total_bytes == sum(map(len, FILES.values()))
    asked = len(hub.requests)
    assert fetch_files(repository, repository.files, hub_folder) == folder
    assert len(hub.requests) == asked


def test_no_token_goes_to_where_the_hub_keeps_large_files(hub: HubStandIn, hub_folder: Path) -> None:
    hub.put(SOURCE.repo_id, FILES, private=True)
    repository = list_repository(SOURCE, hub_folder, hub.token)
    fetch_files(repository, repository.files, hub_folder, hub.token)
    tokens = {request.path.split("/")[1]: request.token for request in hub.requests}
    assert tokens["storage"] == ""
    assert tokens["somebody"] == hub.token


def test_a_broken_download_goes_on_where_it_broke(
    hub: HubStandIn, hub_folder: Path, repository: Repository, at_once: None
) -> None:
    hub.breaks[LARGE] = [300_000, 200_000]
    folder = fetch_files(repository, repository.files, hub_folder)
    assert content(folder) == FILES
    ranges = [request.range for request in hub.requests if request.path.startswith("/storage/")]
    assert len(ranges) == 3
    begun = [int(asked.removeprefix("bytes=").removesuffix("-") or 0) for asked in ranges]
    assert begun[0] == 0
    assert 0 < begun[1] < begun[2] < len(WEIGHTS)


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(
    hub: HubStandIn, hub_folder: Path, repository: Repository, at_once: None
) -> None:
    hub.breaks[LARGE], hub.ignores_range = [300_000], True
    seen: list[Progress] = []
    assert content(fetch_files(repository, repository.files, hub_folder, progress=seen.append)) == FILES
    assert max(progress.done_bytes for progress in seen) == seen[-1].total_bytes


def test_a_hub_that_only_ever_breaks_is_given_up_and_the_part_is_kept(
    hub: HubStandIn, hub_folder: Path, repository: Repository, at_once: None
) -> None:
    hub.breaks[LARGE] = [400_000] + [0] * 50
    with pytest.raises(HubDownError):
        fetch_files(repository, repository.files, hub_folder)
    part = repository.folder(hub_folder) / f"{LARGE}.part"
    assert 0 < part.stat().st_size < len(WEIGHTS)
    assert not part.with_suffix("").exists()
    hub.breaks.clear()
    assert content(fetch_files(repository, repository.files, hub_folder)) == FILES


@pytest.mark.parametrize(
    "sent", [b"x" * len(WEIGHTS), WEIGHTS + b"more", WEIGHTS[:-1]], ids=["other", "longer", "shorter"]
)
def test_another_file_than_the_hub_described_is_refused(
    hub: HubStandIn, hub_folder: Path, repository: Repository, sent: bytes, at_once: None
) -> None:
    hub.instead[LARGE] = sent
    with pytest.raises(UnavailableError, match=r"size or checksum differ|sends nothing"):
        fetch_files(repository, repository.files, hub_folder)
    assert not (repository.folder(hub_folder) / LARGE).exists()
    hub.instead.clear()
    assert content(fetch_files(repository, repository.files, hub_folder)) == FILES


def test_small_files_have_a_checksum_as_well(hub: HubStandIn, hub_folder: Path, repository: Repository) -> None:
    hub.instead["config.json"] = b'{"a": 2}'
    with pytest.raises(UnavailableError, match="checksum"):
        fetch_files(repository, repository.files, hub_folder)


def test_a_file_that_was_changed_on_disk_is_got_again(
    hub: HubStandIn, hub_folder: Path, repository: Repository
) -> None:
    folder = fetch_files(repository, repository.files, hub_folder)
    (folder / LARGE).write_bytes(b"y" * len(WEIGHTS))
    assert content(fetch_files(repository, repository.files, hub_folder)) == FILES


def test_cancelling_ends_it_and_the_next_one_goes_on(hub: HubStandIn, hub_folder: Path, repository: Repository) -> None:
    def cancel(progress: Progress) -> None:
        if progress.file == LARGE and progress.done_bytes > 500_000:
            raise DownloadCancelledError

    with pytest.raises(DownloadCancelledError):
        fetch_files(repository, repository.files, hub_folder, progress=cancel)
    assert content(fetch_files(repository, repository.files, hub_folder)) == FILES
    last = [request.range for request in hub.requests if request.path.startswith("/storage/")][-1]
    assert int(last.removeprefix("bytes=").removesuffix("-")) > 300_000


def test_a_hub_that_asks_to_wait_is_waited_for(
    hub: HubStandIn, hub_folder: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def wait(self: object, file: object, seconds: float) -> None:
        if seconds:
            waited.append(seconds)
            hub.status = 0

    monkeypatch.setattr(download._Download, "_wait", wait)
    hub.status, hub.retry_after = 429, "7"
    assert content(fetch_files(repository, repository.files, hub_folder)) == FILES
    assert waited == [7.0]


def test_a_hub_that_asks_to_wait_for_long_is_not(hub: HubStandIn, hub_folder: Path, repository: Repository) -> None:
    hub.status, hub.retry_after = 429, "3600"
    with pytest.raises(HubDownError, match="in 3600 s"):
        fetch_files(repository, repository.files, hub_folder, progress=_stop_after(3))


def _stop_after(calls: int) -> Callable[[Progress], None]:
    left = [calls]

    def watch(_: Progress) -> None:
        left[0] -= 1
        assert left[0], "it waits though it should not"

    return watch


def test_a_disk_without_room_is_said_before_the_first_byte(
    hub: HubStandIn, hub_folder: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1_000_000

    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(UnavailableError, match="The disk has 1 MB left"):
        fetch_files(repository, repository.files, hub_folder)
    assert not [request for request in hub.requests if "resolve" in request.path]


def test_a_disk_that_fills_up_meanwhile_is_said(
    hub: HubStandIn, hub_folder: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, file: object, part: Path, have: int) -> float:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download._Download, "_append", full)
    with pytest.raises(UnavailableError, match="The disk is full"):
        fetch_files(repository, repository.files, hub_folder)


def test_who_wants_the_same_at_the_same_time_waits_for_the_first(
    hub: HubStandIn, hub_folder: Path, repository: Repository
) -> None:
    with ThreadPoolExecutor(3) as pool:
        folders = list(pool.map(lambda _: fetch_files(repository, repository.files, hub_folder), range(3)))
    assert len(set(folders)) == 1
    assert content(folders[0]) == FILES
    assert len([request for request in hub.requests if request.path.startswith("/storage/")]) == 1


def test_a_process_killed_in_the_middle_leaves_a_part_that_is_taken_up(
    hub: HubStandIn, hub_folder: Path, repository: Repository
) -> None:
    hub.holds[LARGE] = threading.Event()
    script = (
        "import sys; from pathlib import Path\n"
        "from router_models.hub.download import fetch_files\n"
        "from router_models.hub.repository import recorded\n"
        "from router_models.hub.source import HubSource\n"
        f"folder = Path({str(hub_folder)!r})\n"
        f"repository = recorded(HubSource({SOURCE.repo_id!r}), folder)\n"
        "def watch(progress):\n"
        f"    if progress.file == {LARGE!r} and progress.done_bytes > 400_000: print('half', flush=True)\n"
        "fetch_files(repository, repository.files, folder, progress=watch)\n"
    )
    environment = {**os.environ, "HF_ENDPOINT": hub.address}
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"half\n"
        run.send_signal(signal.SIGKILL)
    hub.holds.pop(LARGE).set()
    assert content(fetch_files(repository, repository.files, hub_folder)) == FILES
    last = [request.range for request in hub.requests if request.path.startswith("/storage/")][-1]
    assert int(last.removeprefix("bytes=").removesuffix("-")) > 300_000
