"""What downloads leave: bounded, oldest first, and never under the hands of who is downloading."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from router_models.hub.added import AddedRouters
from router_models.hub.download import DownloadCancelledError, Progress
from router_models.hub.leftovers import LOOKED_UP, sweep
from router_models.panel import RouterPanel
from tests.router_models.hub.conftest import MIB, REPO, ROUTES
from tests.router_models.hub.stand_in import HubStandIn


def leave(hub_folder: Path, name: str, size: int, age_s: int) -> Path:
    folder = hub_folder / "models" / "a--b" / name
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "model.onnx.part").write_bytes(b"x" * size)
    os.utime(folder, (10_000 - age_s, 10_000 - age_s))
    return folder


def test_the_oldest_goes_first_and_what_is_used_stays(hub_folder: Path) -> None:
    used = leave(hub_folder, "used", 900, 500)
    record = leave(hub_folder, LOOKED_UP, 900, 400)
    old, middle, young = (leave(hub_folder, f"c{age}", 100, age) for age in (300, 200, 100))
    sweep(hub_folder, {used}, 300)
    assert old.exists()
    sweep(hub_folder, {used}, 200)
    assert [folder.exists() for folder in (old, middle, young, used, record)] == [False, True, True, True, True]
    sweep(hub_folder, {used}, 0)
    assert [folder.exists() for folder in (middle, young, used, record)] == [False, False, True, True]


def test_what_is_coming_now_is_left_alone(hub_folder: Path) -> None:
    coming, left = leave(hub_folder, "coming", 100, 20), leave(hub_folder, "left", 100, 10)
    with FileLock(coming.with_suffix(".lock")):
        sweep(hub_folder, set(), 100)
    assert coming.exists()
    assert not left.exists()


def test_cancelled_downloads_do_not_fill_the_disk(
    own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]
) -> None:
    size = len(bert["onnx/model.onnx"])
    added = AddedRouters(own_panel, hub_folder, limit=4, max_bytes=3 * size)

    def cancel(progress: Progress) -> None:
        if progress.file == "onnx/model.onnx":
            raise DownloadCancelledError

    for number in range(8):
        hub.put(f"{REPO}{number}", {**bert, "model.onnx_data": b"x" * size})
        with pytest.raises(DownloadCancelledError):
            added.add(added.look_up(f"{REPO}{number}"), ROUTES, progress=cancel)
    left = sum(path.stat().st_size for path in hub_folder.rglob("*.part"))
    assert left <= 4 * size


def test_routers_of_one_command_each_do_not_fill_the_disk(
    own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]
) -> None:
    hub.put(f"{REPO}0", bert)
    size = AddedRouters(own_panel, hub_folder, limit=4, max_bytes=64 * MIB).look_up(f"{REPO}0").size_bytes
    for number in range(5):
        command = AddedRouters(own_panel, hub_folder, limit=4, max_bytes=2 * size)
        hub.put(f"{REPO}{number}", bert)
        command.try_out(command.look_up(f"{REPO}{number}"), ROUTES)
    left = sorted(path.parents[2].name for path in hub_folder.rglob("model.onnx"))
    assert len(left) <= 3, "two that are swept with the next command, and the last one"
    assert left[-1].endswith("hardness4")


def test_what_another_process_with_the_same_folder_has_added_stays(
    own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]
) -> None:
    for name in (f"{REPO}0", f"{REPO}1"):
        hub.put(name, bert)
    theirs = AddedRouters(own_panel, hub_folder, limit=4, max_bytes=64 * MIB)
    model = theirs.look_up(f"{REPO}0")
    ours = AddedRouters(own_panel, hub_folder, limit=4, max_bytes=model.size_bytes)
    assert ours.list() == ()
    theirs.add(model, ROUTES)
    folder = model.repository.folder(hub_folder)
    os.utime(folder, (0, 0))
    leave(hub_folder, "left", 1_000, 0)
    ours.add(ours.look_up(f"{REPO}1"), ROUTES)
    assert (folder / "onnx" / "model.onnx").is_file()
