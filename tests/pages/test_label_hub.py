"""Pushing labels: what is missing is said before anything is sent, and the token stays nowhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from errors import UnavailableError
from feedback import publishing
from feedback.publishing import Published
from pages._label_hub import HubPart
from router_models import RouterPanel
from tests.pages.labelling import ASKING, Office, office_with

TOKEN = "hf_" + "x" * 30


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    yield from office_with(panel, tmp_path, ["one"])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would go to the Hub."""
    calls: list[tuple[Any, ...]] = []

    def publish(store: object, repository: str, token: str | None, *, private: bool = True) -> Published:
        calls.append((repository, token, private))
        if repository.endswith("/refused"):
            raise UnavailableError("The labels could not be sent to the Hub (403).", "Check the token.")
        return Published(f"https://hub.example/{repository}", {"resolved": 1, "labels": 2})

    monkeypatch.setattr(publishing, "publish", publish)
    return calls


def test_labels_go_with_the_token_that_was_typed(office: Office, sent: list[tuple[Any, ...]]) -> None:
    said, token = HubPart(office.door).pushed(" me/labels ", f" {TOKEN}\n", False, ASKING)
    assert sent == [("me/labels", TOKEN, False)]
    assert "https://hub.example/me/labels: 1 resolved, 2 labels." in said
    assert (TOKEN in said, token) == (False, "")


@pytest.mark.parametrize(
    ("repository", "token", "word"),
    [
        ("", TOKEN, "user/name"),
        ("no-owner", TOKEN, "user/name"),
        ("a/b/c", TOKEN, "user/name"),
        ("../x", TOKEN, "user/name"),
        ("me/labels", "", "no token"),
        ("me/labels", "hf bad", "no token"),
        ("me/labels", "hf_\u00fc", "no token"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(
    office: Office, sent: list[tuple[Any, ...]], repository: str, token: str, word: str
) -> None:
    said, left = HubPart(office.door).pushed(repository, token, True, ASKING)
    assert word in said
    assert (sent, left) == ([], "")


def test_a_refusal_is_said_and_does_not_quote_the_token(office: Office, sent: list[tuple[Any, ...]]) -> None:
    said, left = HubPart(office.door).pushed("me/refused", TOKEN, True, ASKING)
    assert "(403)" in said
    assert (TOKEN in said, left) == (False, "")
