"""From rows to traffic: guesses, side columns, bad rows, limits."""

import math

import numpy as np
import pytest

from errors import BadInputError
from tests.traffic.samples import csv_source
from traffic import intake
from traffic.columns import Columns, check_columns, preview_of
from traffic.example import NOTE, example
from traffic.intake import quality_of, read_traffic, tokens_of
from traffic.source import from_bytes, from_text

TABLE = (
    "id,question,model,completion_tokens,weak correct,strong correct\n"
    "1,What is a fjord?,gpt-4.1,120,right,right\n"
    "2,,gpt-4.1,10,right,right\n"
    "3,Prove it.,my own,many,0.25,yes\n"
    "4,Why?,,,,\n"
)


def test_columns_are_guessed_by_their_names() -> None:
    found = preview_of(csv_source(TABLE))
    assert found.columns == Columns("question", "model", "completion_tokens", "weak correct", "strong correct", "id")
    assert [row.line for row in found.rows] == [2, 3, 4, 5]


def test_the_users_own_names_of_rows_stay_with_their_prompts() -> None:
    found = read_traffic(csv_source(TABLE), Columns("question", key="id"))
    assert dict(zip(found.keys, found.prompts, strict=True)) == {"1": "What is a fjord?", "3": "Prove it.", "4": "Why?"}
    assert read_traffic(csv_source(TABLE), Columns("question")).keys == ()


def test_nested_columns_are_guessed_by_their_last_part() -> None:
    text = '{"request": {"model": "m", "n": 3}, "prompt": "a", "usage": {"completion_tokens": 5}}\n'
    found = preview_of(from_bytes("log.jsonl", text.encode()))
    assert (found.columns.llm, found.columns.output_tokens) == ("request.model", "usage.completion_tokens")


def test_quality_of_one_llm_alone_is_not_guessed() -> None:
    assert preview_of(csv_source("prompt,weak\nWhat?,1\n")).columns.weak == ""


def test_side_columns_are_read_and_bad_cells_counted() -> None:
    source = csv_source(TABLE)
    traffic = read_traffic(source, preview_of(source).columns)
    assert traffic.prompts == ("What is a fjord?", "Prove it.", "Why?")
    assert traffic.lines.tolist() == [2, 4, 5]
    assert traffic.llms == ("gpt-4.1", "my own", "")
    np.testing.assert_array_equal(traffic.output_tokens, [120, np.nan, np.nan])
    np.testing.assert_array_equal(traffic.weak, [1, 0.25, np.nan])
    np.testing.assert_array_equal(traffic.strong, [1, 1, np.nan])
    assert traffic.intake.odd_cells == {"completion_tokens": 1}
    assert [(bad.row, bad.why) for bad in traffic.intake.bad] == [(3, "The prompt is empty.")]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("Right", 1), (" false ", 0), (True, 1), ("0.5", 0.5), (3, 3), ("", math.nan), (None, math.nan)],
)
def test_quality_is_a_word_or_a_number(value: object, wanted: float) -> None:
    np.testing.assert_equal(quality_of(value), wanted)


@pytest.mark.parametrize("value", ["perhaps", "inf", ["1"]])
def test_what_is_no_quality_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        quality_of(value)


@pytest.mark.parametrize("value", [-1, "1e9"])
def test_lengths_out_of_range_are_refused(value: object) -> None:
    with pytest.raises(ValueError):
        tokens_of(value)


def test_more_rows_than_the_limit_are_cut_off_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_ROWS", 3)
    traffic = read_traffic(from_text("a\nb\nc\nd\ne"), Columns("prompt"))
    assert len(traffic) == 3
    assert traffic.intake.cut_off == "Only the first 3 rows were read: the limit is 3 rows."


def test_more_text_than_the_limit_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_CHARACTERS", 10)
    traffic = read_traffic(from_text("abcdefgh\nabcdefgh\nabcdefgh"), Columns("prompt"))
    assert len(traffic) == 2
    assert "10 characters" in traffic.intake.cut_off


def test_bad_rows_beyond_a_hundred_are_counted_only() -> None:
    traffic = read_traffic(csv_source("prompt,llm\ngood,a\n" + "too,many,cells\n" * 150), Columns("prompt"))
    assert traffic.intake.bad_rows == 150
    assert len(traffic.intake.bad) == 100


def test_a_prompt_that_is_too_long_is_a_bad_row() -> None:
    traffic = read_traffic(from_text("short\n" + "x" * 200_001), Columns("prompt"))
    assert traffic.prompts == ("short",)
    assert "200,001 characters" in traffic.intake.bad[0].why


def test_without_any_prompt_the_first_reason_is_said() -> None:
    with pytest.raises(BadInputError, match=r"No row holds a prompt\. Row 2: The row has 3 cells"):
        read_traffic(csv_source("prompt,llm\na,b,c\n"), Columns("prompt"))
    with pytest.raises(BadInputError, match="No column of the first rows holds text"):
        preview_of(from_bytes("a.jsonl", b'{"n": 1}\n'))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (Columns("gone"), "no column “gone”"),
        (Columns(""), "No column of prompts"),
        (Columns("prompt", weak="a"), "one LLM only"),
        (Columns("prompt", weak="a", strong="a"), "cannot be the quality of both"),
    ],
)
def test_columns_that_do_not_fit_are_refused(columns: Columns, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        check_columns(columns, ("prompt", "a"))


def test_reading_can_be_stopped_and_tells_how_far_it_is() -> None:
    told: list[int] = []
    read_traffic(from_text("a\n" * 4_100), Columns("prompt"), told.append)
    assert told == [2_000, 4_000]


def test_the_example_is_read_whole_and_has_every_column() -> None:
    found = preview_of(example())
    traffic = read_traffic(example(), found.columns)
    assert found.columns == Columns("prompt", "llm", "output_tokens", "weak_quality", "strong_quality")
    assert len(traffic) > 200
    assert len(set(traffic.prompts)) == len(traffic)
    assert traffic.intake.bad_rows == 0
    assert traffic.weak is not None and traffic.strong is not None
    assert np.isfinite(traffic.weak).all() and np.isfinite(traffic.output_tokens).all()
    assert traffic.weak.mean() < traffic.strong.mean()
    assert "invented" in NOTE
