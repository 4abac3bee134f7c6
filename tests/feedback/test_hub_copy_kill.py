"""A process that is killed while it writes and uploads loses nothing that it acknowledged, and copies nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from feedback.hub_copy import HubCopy
from feedback.store import FeedbackStore
from settings import Settings
from tests.api.serving import serving
from tests.feedback.copied import Copied, contents, copying, fresh
from tests.feedback.hub import DATASET, TOKEN, Hub

ROOT = Path(__file__).parent.parent.parent


def killed_copier(settings: Settings, address: str, hub: Hub, *, in_commit: bool) -> set[str]:
    """Ids that a process acknowledged before it was killed: while a commit was under way, or after it arrived."""
    environment = os.environ | {
        "DATA_DIR": str(settings.data_dir),
        "FEEDBACK_DATASET": DATASET,
        "HF_TOKEN": TOKEN,
        "HF_ENDPOINT": address,
        "FEEDBACK_COPY_MINUTES": "0.005",
    }
    hub.committing.clear()
    if in_commit:
        hub.before_commit.clear()
    before = len(hub.commits)
    command = [sys.executable, "-m", "tests.feedback.copier"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as copier:
        assert copier.stdout is not None
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(copier.stdout or ()))
        reader.start()
        assert hub.committing.wait(timeout=120)
        while not in_commit and len(hub.commits) == before:
            hub.committing.wait(0.01)
        copier.send_signal(signal.SIGKILL)
        reader.join(timeout=60)
    hub.before_commit.set()
    return {line.strip() for line in lines if line.endswith("\n")} - {"open"}


def test_killed_between_write_and_upload_everything_is_there_once_after_a_restart(
    on_sqlite: Settings, hub: Hub, endpoint: str, tmp_path: Path
) -> None:
    settings = copying(on_sqlite)
    acknowledged: set[str] = set()
    for in_commit in (True, False, True):
        acknowledged |= killed_copier(settings, endpoint, hub, in_commit=in_commit)
    store = FeedbackStore.open(settings)
    kept = {stored.vote.comparison for stored in store.votes(limit=100_000)}
    assert acknowledged
    assert acknowledged <= kept
    copy = HubCopy(store.access, settings)
    copy.push()
    assert copy.status.problem is None
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert again.copy.status.problem is None
    assert contents(again.store) == contents(store)
    again.close()
    store.close()


def test_killed_while_reading_back_it_reads_back_whole_the_next_time(
    on_sqlite: Settings, hub: Hub, endpoint: str, tmp_path: Path
) -> None:
    copied = Copied(copying(on_sqlite))
    for _ in range(20):
        copied.say_something()
    copied.push()
    settings = fresh(tmp_path / "fresh")
    environment = os.environ | {"DATA_DIR": str(settings.data_dir), "FEEDBACK_DATASET": DATASET, "HF_TOKEN": TOKEN}
    environment |= {"HF_ENDPOINT": endpoint, "FEEDBACK_COPY_MINUTES": "1000"}
    command = [sys.executable, "-m", "tests.feedback.copier"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as copier:
        assert copier.stdout is not None
        assert copier.stdout.readline() == "open\n"
        copier.send_signal(signal.SIGKILL)
        later = {line.strip() for line in copier.stdout if line.endswith("\n")}
    again = Copied(settings)
    again.push()
    assert again.copy.status.problem is None
    kept = {stored.vote.comparison for stored in again.store.votes(limit=100_000)}
    assert {stored.vote.comparison for stored in copied.store.votes()} | later <= kept
    again.close()
    copied.close()


def test_the_stand_in_asks_for_the_token(on_sqlite: Settings, hub: Hub) -> None:
    """Else the tests above would say nothing of it."""
    import httpx

    with serving(hub.app()) as address:
        assert httpx.get(f"{address}/api/datasets/{DATASET}").status_code == 401
