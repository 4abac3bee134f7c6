"""The copy on the Hub, whose place a stand-in takes: uploads, faults, and reading back."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from feedback.copy_rows import copied_tables
from feedback.faults import StoreError
from feedback.hub_copy import HubCopy
from feedback.label_records import Label, Rating
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings
from tests.api.serving import serving
from tests.feedback.hub import DATASET, TOKEN, Hub
from tests.feedback.samples import comparison, vote

PROMPT = "Which of these two roads is shorter in winter?"
AUTHOR = "browser:1"


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def endpoint(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the Hub's client looks for the Hub; it does not wait between its own tries."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda _seconds: None, time=time.time))
    with serving(hub.app()) as address:
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        yield address


def copying(settings: Settings, **options: Any) -> Settings:
    asked = {"feedback_dataset": DATASET, "hf_token": SecretStr(TOKEN), "feedback_copy_minutes": 1000.0}
    return settings.model_copy(update=asked | options)


class Copied:
    """A store with its copy; nothing is uploaded until `push`."""

    def __init__(self, settings: Settings) -> None:
        self.store = FeedbackStore.open(settings)
        self.labels = LabelStore(self.store.access)
        self.copy = HubCopy(self.store.access, settings)

    def push(self) -> None:
        self.copy.push()

    def say_something(self) -> str:
        """A vote, a correction, a rating; id of the comparison."""
        compared = comparison(consent=True)
        self.store.save_comparison(compared)
        self.store.save_vote(vote(compared))
        label = Label(prompt_sha256=sha256(PROMPT), annotator=AUTHOR, tier=2, source="correction", router="knn")
        self.labels.save_label(label, prompt=PROMPT, consent=True)
        self.labels.save_rating(Rating(kind="completion", subject=compared.id, author=AUTHOR, comment="=1+1 <b>"))
        return compared.id

    def close(self) -> None:
        self.copy.close()
        self.store.close()


@pytest.fixture
def copied(database: Settings, endpoint: str) -> Iterator[Copied]:
    made = Copied(copying(database))
    yield made
    made.close()


def contents(store: FeedbackStore) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    with store.access.reading("The test could not read") as connection:
        return {
            table.name: sorted(map(dict, connection.execute(select(table)).mappings()), key=str)
            for table in copied_tables()
        }


def fresh(folder: Path, **options: Any) -> Settings:
    return copying(Settings(_env_file=None, data_dir=folder, database_url=None), **options)


def test_everything_comes_back_on_a_fresh_disk_and_once(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    copied.say_something()
    copied.push()
    assert copied.copy.status.problem is None
    assert hub.private
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert again.copy.status.problem is None
    assert contents(again.store) == contents(copied.store)
    commits = len(hub.commits)
    again.push()
    assert len(hub.commits) == commits, "what came from the copy is not copied again"
    again.say_something()
    again.push()
    third = Copied(fresh(tmp_path / "third"))
    third.push()
    assert contents(third.store) == contents(again.store)
    again.close()
    third.close()


def test_a_label_that_is_given_after_reading_back_has_a_number_of_its_own(
    copied: Copied, on_postgresql: Settings
) -> None:
    copied.say_something()
    copied.push()
    again = Copied(copying(on_postgresql))
    again.push()
    again.say_something()
    numbers = [stored.number for stored in again.labels.labels()]
    assert len(numbers) == len(set(numbers)) == 2
    again.close()


def test_nothing_new_is_no_commit(copied: Copied, hub: Hub) -> None:
    copied.say_something()
    copied.push()
    copied.push()
    assert len(hub.commits) == 1


def test_texts_are_copied_with_consent_only(copied: Copied, hub: Hub) -> None:
    compared = replace(comparison(consent=False), prompt="My secret plan for the garden")
    copied.store.save_comparison(compared)
    copied.push()
    assert hub.rows("requests")
    assert not any(b"garden" in content for content in hub.files.values())


def test_what_its_author_deletes_goes_from_the_copy_too(copied: Copied, hub: Hub, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    assert sha256(PROMPT) in {row["sha256"] for row in hub.rows("texts")}
    copied.labels.delete_texts(AUTHOR)
    copied.push()
    assert {"sha256": sha256(PROMPT), "author": AUTHOR} in hub.rows("texts", "deleted")
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert contents(again.store) == contents(copied.store)
    assert PROMPT not in {row["text"] for row in contents(again.store)["texts"]}
    again.close()


def test_a_text_that_comes_again_after_it_was_deleted_stays(copied: Copied, tmp_path: Path) -> None:
    copied.say_something()
    copied.push()
    copied.labels.delete_texts(AUTHOR)
    copied.push()
    copied.say_something()
    copied.push()
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert PROMPT in {row["text"] for row in contents(again.store)["texts"]}
    again.close()


@pytest.mark.parametrize(("status", "said"), [(401, "refuses"), (403, "refuses"), (429, "fewer"), (500, "failed")])
def test_a_hub_that_fails_is_told_and_tried_again(copied: Copied, hub: Hub, status: int, said: str) -> None:
    copied.push()
    before = copied.copy.status.copied_at
    copied.say_something()
    hub.status = status
    copied.push()
    problem = copied.copy.status.problem
    assert problem is not None
    assert said in problem.what
    assert TOKEN not in str(problem)
    assert copied.copy.status.copied_at == before
    hub.status = 0
    copied.push()
    assert copied.copy.status.problem is None
    assert len(hub.rows("votes")) == 1


def test_a_hub_that_is_down_is_told_and_feedback_is_taken_all_the_same(
    database: Settings, hub: Hub, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    from huggingface_hub import constants

    copied = Copied(copying(database))
    copied.push()
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert copied.say_something()
    copied.push()
    assert copied.copy.status.problem is not None
    assert "does not answer" in copied.copy.status.problem.what
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    copied.push()
    assert len(hub.rows("votes")) == 1
    copied.close()


def test_a_commit_whose_answer_is_lost_is_sent_again_and_read_back_once(
    copied: Copied, hub: Hub, tmp_path: Path
) -> None:
    copied.push()
    copied.say_something()
    hub.loses_answer = True
    copied.push()
    assert copied.copy.status.problem is not None
    hub.loses_answer = False
    copied.push()
    assert len(hub.rows("votes")) == 2, "at least once"
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert contents(again.store) == contents(copied.store)
    again.close()


def test_a_text_deleted_while_its_commit_was_unanswered_does_not_come_back(
    copied: Copied, hub: Hub, tmp_path: Path
) -> None:
    copied.push()
    copied.say_something()
    hub.loses_answer = True
    copied.push()
    hub.loses_answer = False
    copied.labels.delete_texts(AUTHOR)
    copied.push()
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert PROMPT not in {row["text"] for row in contents(again.store)["texts"]}
    again.close()


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


def test_the_schedule_uploads_by_itself_and_once_more_at_the_end(database: Settings, hub: Hub, endpoint: str) -> None:
    made = Copied(copying(database))
    made.say_something()
    made.copy.start()
    assert hub.committing.wait(timeout=60)
    made.push()  # its turn comes after the first
    made.say_something()
    made.close()
    assert len(hub.rows("votes")) == 2


def test_many_rows_go_in_several_commits_and_files(
    copied: Copied, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.hub_copy.ROWS_AT_ONCE", 7)
    monkeypatch.setattr("feedback.copy_parts.MAX_BYTES", 1_000)
    for _ in range(5):
        copied.say_something()
    copied.push()
    assert len(hub.commits) > 3
    again = Copied(fresh(tmp_path / "fresh"))
    again.push()
    assert contents(again.store) == contents(copied.store)
    again.close()


def test_a_deleted_text_is_in_no_file_of_the_copy_any_more(copied: Copied, hub: Hub) -> None:
    copied.say_something()
    copied.push()
    assert any(PROMPT.encode() in content for content in hub.files.values())
    others = len(hub.rows("texts"))
    copied.labels.delete_texts(AUTHOR)
    copied.push()
    assert not any(PROMPT.encode() in content for content in hub.files.values())
    assert 0 < len(hub.rows("texts")) < others, "texts of others stay"


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
