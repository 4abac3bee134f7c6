"""The copy on the Hub while the Hub fails: what is told, and what is tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import Settings
from tests.feedback.copied import AUTHOR, PROMPT, Copied, contents, copying, fresh
from tests.feedback.hub import TOKEN, Hub


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
