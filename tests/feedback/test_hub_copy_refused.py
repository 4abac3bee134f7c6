"""Which copies and databases fit each other: everything else is refused whole, and nothing is overwritten."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from feedback.faults import StoreError
from feedback.hub_copy import HubCopy
from settings import Settings
from tests.feedback.copied import Copied, contents, copying, fresh
from tests.feedback.hub import Hub


def test_a_new_database_takes_nothing_before_it_is_read_back(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    hub.status = 503
    again = Copied(fresh(tmp_path / "fresh"))
    again.copy.start()
    with pytest.raises(StoreError, match="read back"):
        again.say_something()
    hub.status = 0
    again.push()
    assert again.copy.status.ready
    again.say_something()
    assert again.store.counts().turns == 2
    again.close()


def test_a_dataset_of_another_database_is_left_alone(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    other = Copied(fresh(tmp_path / "other", feedback_dataset=""))
    other.say_something()
    other.close()
    other = Copied(fresh(tmp_path / "other"))
    files = dict(hub.files)
    other.push()
    problem = other.copy.status.problem
    assert problem is not None
    assert "another database" in problem.what
    assert hub.files == files
    other.close()


@pytest.mark.parametrize("facts", [b"[]", b"{", json.dumps({"format": 99, "schema": "0001"}).encode()])
def test_a_dataset_that_is_something_else_is_refused(endpoint: str, hub: Hub, tmp_path: Path, facts: bytes) -> None:
    hub.private, hub.commits = True, [{"copy.json": facts}]
    copied = Copied(fresh(tmp_path / "new"))
    copied.push()
    assert copied.copy.status.problem is not None
    assert "no copy of feedback" in copied.copy.status.problem.what
    copied.close()


def test_a_dataset_that_was_changed_by_hand_is_refused_whole(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    path = next(path for path in hub.files if path.startswith("rows/votes/"))
    hub.commits.append(dict(hub.files) | {path: hub.files[path] + b"nonsense\n"})
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert again.copy.status.problem is not None
    assert "is no row" in again.copy.status.problem.what
    assert again.store.counts().turns == 0
    again.close()


def test_a_newer_copy_is_refused(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    facts = json.loads(hub.files["copy.json"])
    hub.commits.append(dict(hub.files) | {"copy.json": json.dumps(facts | {"schema": "9999"}).encode()})
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert "newer version" in str(again.copy.status.problem)
    again.close()


def test_a_dataset_that_was_emptied_gets_everything_again(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    hub.commits.append({})
    restarted = HubCopy(copied.store.access, copying(fresh(tmp_path)))
    restarted.push()
    assert restarted.status.problem is None
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert contents(again.store) == contents(copied.store)
    again.close()
    restarted.close()


def test_a_database_that_is_an_older_state_of_itself_adds_nothing(
    on_sqlite: Settings, endpoint: str, hub: Hub, tmp_path: Path
) -> None:
    copied = Copied(copying(on_sqlite))
    copied.say_something()
    copied.push()
    copied.close()
    old = tmp_path / "old"
    shutil.copytree(on_sqlite.data_dir, old)
    copied = Copied(copying(on_sqlite))
    for _ in range(3):
        copied.say_something()
        copied.push()
    copied.close()
    files = dict(hub.files)
    older = Copied(fresh(old))
    older.say_something()
    older.push()
    assert "older state" in str(older.copy.status.problem)
    assert hub.files == files
    older.close()


def test_of_two_processes_on_one_database_one_copies(on_postgresql: Settings, endpoint: str, hub: Hub) -> None:
    first, second = Copied(copying(on_postgresql)), Copied(copying(on_postgresql))
    first.push()
    second.push()
    first.say_something()
    hub.committing.clear()
    hub.before_commit.clear()
    pushing = threading.Thread(target=first.push)
    pushing.start()
    assert hub.committing.wait(timeout=60)
    second.push()
    hub.before_commit.set()
    pushing.join(timeout=60)
    second.push()
    assert len(hub.rows("votes")) == 1
    first.close()
    second.close()


def test_nobody_waits_for_another_purpose_s_lock() -> None:
    from feedback import copy_facts, label_queue, schema

    assert len({module._LOCK for module in (copy_facts, label_queue, schema)}) == 3
