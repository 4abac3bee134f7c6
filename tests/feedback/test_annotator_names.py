"""A person has one name wherever the app names them, and it tells nothing of who they are."""

from __future__ import annotations

import pytest

from feedback.annotator_names import IMPORTED, shown_name
from feedback.visitor import pseudonym


def test_names_tell_people_apart_and_stay() -> None:
    names = [shown_name(f"browser:{number:032x}") for number in range(200)]
    assert len(set(names)) > 190
    assert shown_name("browser:" + "0" * 32) == names[0]
    assert all(part not in name for name in names for part in ("browser", ":", "<"))


def test_an_account_is_called_as_anybody_else_is() -> None:
    name = shown_name(pseudonym("user", "ann"))
    assert "ann" not in name.split()
    assert len(name.split()) == 3


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("hub:ada", "ada"),
        ("command-line", "command-line"),
        ("gpt-4.1-nano", "gpt-4.1-nano"),
        (f"{IMPORTED}ben", "ben (imported)"),
        (f"{IMPORTED}hub:ada", "ada (imported)"),
        (IMPORTED, "imported"),
    ],
)
def test_what_is_a_name_already_stays_one(author: str, name: str) -> None:
    assert shown_name(author) == name
