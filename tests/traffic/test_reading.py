"""Rows of every kind of file; whatever is wrong with one of them, the rest goes on."""

from typing import Any

import pyarrow as pa
import pytest

from errors import BadInputError
from tests.traffic.samples import csv_source
from tests.traffic.samples import parquet_source as parquet
from traffic.nested import flat
from traffic.reading import MAX_COLUMNS, MAX_JSON_LINE_BYTES, Row, column_names, rows_of
from traffic.source import Source, from_bytes, from_text

BROKEN = 70_001


def values(source: Source, column: str = "prompt") -> list[object]:
    return [row.values.get(column) for row in rows_of(source) if not row.problem]


def problems(source: Source) -> list[tuple[int, str]]:
    return [(row.line, row.problem) for row in rows_of(source) if row.problem]


def test_csv_gives_rows_with_the_lines_on_which_they_begin() -> None:
    source = csv_source('prompt,llm\none,a\n"two\nlines",b\n\nthree,c\n')
    rows = list(rows_of(source))
    assert [row.line for row in rows] == [2, 3, 6]
    assert rows[1].values == {"prompt": "two\nlines", "llm": "b"}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_may_be_separated_by_comma_semicolon_or_tab(mark: str) -> None:
    source = csv_source(f"prompt{mark}llm\nWhat is a fjord?{mark}a\n")
    assert column_names(source) == ("prompt", "llm")
    assert values(source) == ["What is a fjord?"]


def test_a_list_without_a_header_is_read_from_its_first_line() -> None:
    source = csv_source("What is a fjord?\nWhy is the sky blue?\n")
    assert values(source) == ["What is a fjord?", "Why is the sky blue?"]
    assert [row.line for row in rows_of(source)] == [1, 2]


def test_columns_of_one_name_or_none_are_told_apart() -> None:
    assert column_names(csv_source("prompt,,prompt\na,b,c\n")) == ("prompt", "column 2", "prompt (3)")


def test_latin_1_with_broken_quotes_on_line_70_001_loses_that_line_and_no_other() -> None:
    lines = [f"{number},caf\xe9 number {number}" for number in range(2, 80_001)]
    lines[BROKEN - 2] = f'{BROKEN},"never closed'
    lines[10] = '12,"a caf\xe9, quoted"'
    source = csv_source("\n".join(["id,prompt", *lines]).encode("latin-1"))
    rows = list(rows_of(source))
    assert [(row.line, row.problem) for row in rows if row.problem] == [
        (BROKEN, "A quotation mark is out of place or never closed.")
    ]
    good = [row for row in rows if not row.problem]
    assert len(good) == len(lines) - 1
    assert good[10].values == {"id": "12", "prompt": "a caf\xe9, quoted"}
    assert good[-1].values["prompt"] == "caf\xe9 number 80000"
    assert all(row.western for row in good)


def test_a_quote_that_swallows_the_next_row_gives_it_back() -> None:
    source = csv_source('prompt,llm\n"broken,a\n"whole",b\n"whole too",c\n')
    assert problems(source) == [(2, "A quotation mark is out of place or never closed.")]
    assert values(source) == ["whole", "whole too"]


def test_a_row_with_too_many_cells_is_named_by_its_line() -> None:
    source = csv_source("prompt,llm\none,a\ntwo, with a comma,b\nthree,c\n")
    assert problems(source) == [(3, "The row has 3 cells where the header names 2.")]
    assert values(source) == ["one", "three"]


def test_endless_quotes_are_refused_before_they_cost_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traffic.reading.MAX_GIVEN_UP_BYTES", 1000)
    source = csv_source("prompt,llm\n" + 'x,"' + '""\n' * 2000)
    with pytest.raises(BadInputError, match="quotation marks that are never closed, the next at line 2"):
        list(rows_of(source))


def test_an_apostrophe_that_guards_a_formula_is_taken_away() -> None:
    assert values(csv_source("prompt,llm\n'=1+1 is what?,a\n")) == ["=1+1 is what?"]


def test_jsonl_gives_nested_parts_by_their_path_and_bad_lines_by_number() -> None:
    text = '{"prompt": "a", "usage": {"output_tokens": 3}}\nnonsense\n\n[1]\n"b"\n'
    source = from_bytes("log.jsonl", text.encode())
    assert column_names(source) == ("prompt", "usage.output_tokens")
    assert values(source) == ["a", "b"]
    assert problems(source) == [(2, "The line is no valid JSON."), (4, "The line is no JSON object.")]


def test_of_a_conversation_counts_what_the_user_said_first() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}, {"role": "user"}]
    assert flat({"messages": messages})["messages"] == "Hi"
    assert flat({"messages": [{"role": "assistant", "content": "Hi"}]})["messages"] != "Hi"


def test_deep_json_ends_somewhere() -> None:
    deep: dict[str, Any] = {"prompt": "a"}
    for _ in range(50):
        deep = {"in": deep}
    assert len(flat(deep)) == 1
    bomb = from_bytes("log.jsonl", b'{"a":' * 100_000 + b"}" * 100_000)
    assert problems(bomb) == [(1, "The line is no valid JSON.")]


def test_a_line_of_json_that_is_too_long_is_named_and_not_parsed() -> None:
    long = b'{"prompt": "b", "a": [' + b"[]," * (MAX_JSON_LINE_BYTES // 3) + b"[]]}"
    source = from_bytes("log.jsonl", b'{"prompt": "a"}\n' + long + b'\n{"prompt": "c"}\n')
    assert values(source) == ["a", "c"]
    assert problems(source) == [(2, "The line is longer than 1 MiB.")]


def test_parquet_with_nested_columns_offers_their_parts() -> None:
    chat = [[{"role": "user", "content": "first?"}], [{"role": "user", "content": "second?"}], None]
    nested = [{"text": "a", "n": 1}, {"text": "b", "n": 2}, None]
    source = parquet(pa.table({"id": [1, 2, 3], "request": nested, "messages": chat}))
    assert column_names(source) == ("id", "request.text", "request.n", "messages")
    assert values(source, "request.text") == ["a", "b", None]
    assert values(source, "messages") == ["first?", "second?", None]
    only = list(rows_of(source, ["request.text"]))
    assert only[0] == Row(1, {"request.text": "a", "request.n": 1})
    assert [row.line for row in only] == [1, 2, 3]


def test_parquet_that_unpacks_to_more_than_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    source = parquet(pa.table({"prompt": ["x" * 100] * 1000, "other": ["y"] * 1000}))
    monkeypatch.setattr("traffic.parquet.MAX_PARQUET_BYTES", 10)
    with pytest.raises(BadInputError, match="unpacks to"):
        list(rows_of(source, ["prompt"]))


@pytest.mark.parametrize("data", [b"PAR1 nonsense", b"\x00" * 100])
def test_what_only_calls_itself_parquet_is_refused(data: bytes) -> None:
    source = from_bytes("mine.parquet", data)
    with pytest.raises(BadInputError, match="no Parquet file"):
        column_names(source)
    with pytest.raises(BadInputError, match="no Parquet file"):
        list(rows_of(source))


def test_text_is_a_prompt_a_line() -> None:
    source = from_bytes("mine.txt", b"one\n\n  two \n")
    assert [(row.line, row.values["prompt"]) for row in rows_of(source)] == [(1, "one"), (3, "two")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("one\ntwo", ["one", "two"]),
        ("one\nstill one\n\ntwo", ["one\nstill one", "two"]),
        ("prompt,llm\none,a", ["one"]),
        ('{"prompt": "one"}\n{"prompt": "two"}', ["one", "two"]),
        ("Is this text, or is it not?\nYes, it is.", ["Is this text, or is it not?", "Yes, it is."]),
    ],
    ids=["lines", "paragraphs", "csv", "jsonl", "text with commas"],
)
def test_what_is_pasted_is_taken_for_what_it_looks_like(text: str, wanted: list[str]) -> None:
    assert values(from_text(text)) == wanted


def test_a_table_of_too_many_columns_is_refused() -> None:
    with pytest.raises(BadInputError, match="columns"):
        column_names(csv_source(",".join(f"c{at}" for at in range(MAX_COLUMNS + 1)) + "\n"))
