"""Prompts, labels and ratings as rows, without a database."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadInputError
from feedback.label_records import MAX_COMMENT_CHARACTERS, Label, Rating
from feedback.label_rows import (
    Draw,
    assignment_rows,
    check_author,
    item_row,
    label_row,
    place_of,
    rating_row,
    text_row,
)
from feedback.label_scores import priority
from feedback.label_tables import LabelItem, LabelRow, RatingRow
from feedback.rows import sha256
from tests.feedback.labelling import label, rating

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SHARE = st.floats(0, 1)


@given(SHARE, SHARE)
def test_a_higher_priority_never_comes_later(one: float, other: float) -> None:
    ordinary = Draw(random=False, number=0.5)
    assert 0 <= place_of(ordinary, one) <= 1
    assert (place_of(ordinary, one) <= place_of(ordinary, other)) >= (one >= other)


@given(SHARE, st.floats(0, 1, exclude_max=True))
def test_what_the_panel_has_scored_comes_before_what_it_has_not(score: float, number: float) -> None:
    draw = Draw(random=False, number=number)
    assert place_of(draw, score) <= place_of(draw)


@given(SHARE, st.floats(0, 1, exclude_max=True))
def test_the_panel_has_no_say_in_the_random_part(score: float, number: float) -> None:
    draw = Draw(random=True, number=number)
    assert place_of(draw, score) == place_of(draw) == number


@given(SHARE, SHARE)
def test_priority_is_a_share_and_grows_with_doubt_and_dissent(doubt: float, dissent: float) -> None:
    assert 0 <= priority(doubt, dissent) <= 1
    assert priority(1.0, dissent) >= priority(doubt, dissent)
    assert priority(doubt, 1.0) >= priority(doubt, dissent)


def test_rows_have_exactly_the_columns_of_their_tables() -> None:
    rows = (
        (LabelItem, item_row("a prompt", "importer", "a.csv", 2, assigned=False, created_at=MOMENT)),
        (LabelRow, label_row(label("a prompt")) | {"number": 1}),
        (RatingRow, rating_row(rating()) | {"number": 1}),
    )
    for table, row in rows:
        assert set(row) == {column.name for column in table.__table__.columns}


def test_a_prompt_that_nobody_is_asked_for_is_not_open() -> None:
    assert item_row("x", "importer", "", 0, assigned=False, created_at=MOMENT)["open"] is False
    queued = item_row("x", "importer", "", 3, assigned=True, created_at=MOMENT)
    assert (queued["open"], queued["wanted"], queued["assigned"], queued["scored"]) == (True, 3, True, False)


def test_everybody_it_is_assigned_to_has_it_at_the_same_place() -> None:
    digest = sha256("x")
    rows = assignment_rows(digest, ["ann", "bob"], 0.25)
    assert [(row["annotator"], row["place"], row["waiting"]) for row in rows] == [
        ("ann", 0.25, True),
        ("bob", 0.25, True),
    ]
    assert {row["place"] for row in assignment_rows(digest, ["ann"])} == {place_of(Draw.of(digest))}


def test_comments_are_kept_apart_by_their_hashes() -> None:
    assert label_row(label("x", comment="a comment"))["comment_sha256"] == sha256("a comment")
    assert rating_row(rating(comment="a comment"))["comment_sha256"] == sha256("a comment")
    assert label_row(label("x", comment="  \n"))["comment_sha256"] is None
    assert "a comment" not in str(label_row(label("x", comment="a comment")))
    assert text_row("NUL \0", "ann", MOMENT)["text"] == "NUL \ufffd"
    label_row(label("x", comment="x" * MAX_COMMENT_CHARACTERS))
    with pytest.raises(BadInputError, match="has 2,001 characters"):
        label_row(label("x", comment="x" * (MAX_COMMENT_CHARACTERS + 1)))


@pytest.mark.parametrize(("seconds", "kept"), [(-5.0, 0.0), (1e9, 86_400.0), (2.5, 2.5), (None, None)])
def test_a_clock_that_is_wrong_makes_no_nonsense(seconds: float | None, kept: float | None) -> None:
    assert label_row(label("x", seconds=seconds))["seconds"] == kept


def test_names_too_long_for_a_column_are_cut_and_authors_refused() -> None:
    row = label_row(label("x", router="r" * 300, version="v" * 300))
    assert (len(row["router"]), len(row["version"])) == (200, 80)
    check_author("x" * 200)
    for author in ("", "x" * 201, "a\0", "a\ud800"):
        with pytest.raises(BadInputError, match="no valid name"):
            check_author(author)


def test_comments_and_prompts_stay_out_of_logs() -> None:
    assert "secret" not in repr(label("x", comment="secret"))
    assert "secret" not in repr(rating(comment="secret"))


def test_ids_are_made_for_callers_who_make_none() -> None:
    one, other = label("x"), label("x")
    assert one.id != other.id
    assert dataclasses.replace(one, tier=2).id == one.id
    assert isinstance(one, Label)
    assert isinstance(rating(), Rating)
