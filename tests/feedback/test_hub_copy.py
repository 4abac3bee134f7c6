"""The copy on the Hub, whose place a stand-in takes: what goes there, what comes back, and what is deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from feedback.rows import sha256
from settings import Settings
from tests.feedback.copied import AUTHOR, PROMPT, Copied, contents, copying, fresh
from tests.feedback.hub import Hub
from tests.feedback.samples import comparison


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
