"""Every button of the Label page means one thing, and says so."""

import pytest

from errors import BadInputError
from pages._label_words import OTHER_CHOICES, TIER_CHOICES, choice_of, read_choice, title_of


def test_buttons_are_read_as_they_are_written() -> None:
    for choice in ("1", "2", "3", "unsure", "skip", "discard"):
        assert choice_of(*read_choice(choice)) == choice
    assert read_choice("2") == ("route", 2)
    assert read_choice("skip") == ("skip", None)


@pytest.mark.parametrize("sent", [None, "", "4", 2, "undo", "route", {"tier": 1}])
def test_what_is_no_button_is_refused(sent: object) -> None:
    with pytest.raises(BadInputError):
        read_choice(sent)


def test_keys_and_titles_are_unique() -> None:
    keys = [str(choice.tier) for choice in TIER_CHOICES] + [other.key for other in OTHER_CHOICES] + ["z", "?"]
    titles = [choice.title for choice in (*TIER_CHOICES, *OTHER_CHOICES)]
    assert len(set(keys)) == len(keys) == 8
    assert len(set(titles)) == len(titles)
    assert title_of("route", 3) == "3 · Reasoning"
    assert title_of("discard", None) == "Discard"
