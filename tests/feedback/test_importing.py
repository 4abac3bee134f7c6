"""Prompts from files and pasted text: what can be read goes in, and what cannot is named."""

from __future__ import annotations

import csv
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import feedback.import_records
import feedback.importing
from errors import BadInputError
from feedback.import_records import Reading
from feedback.importing import import_file, import_text, prompts_of
from feedback.label_store import LabelStore
from feedback.spreadsheet import plain_cell, safe_cell
from feedback.store import FeedbackStore
from settings import Settings


@pytest.fixture
def store(on_sqlite: Settings) -> LabelStore:
    return LabelStore(FeedbackStore.open(on_sqlite).access)


def read(path: Path, kind: Any = "csv", column: str | None = None) -> tuple[list[str], Reading]:
    reading = Reading(kind)
    return list(prompts_of(path, reading, column)), reading


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def named(reading: Reading) -> dict[int, str]:
    return {bad.row: bad.why for bad in reading.bad}


def test_three_bad_rows_in_ten_thousand_are_named_and_the_rest_goes_in(store: LabelStore, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "prompt"])
        for number in range(10_000):
            bad = {17: "", 4_000: "x" * 200_001, 9_999: "  \n "}
            writer.writerow([number, bad.get(number, f'Question {number}, "quoted",\nover two lines?')])
    told: list[int] = []
    report = import_file(store, path, "importer", on_progress=told.append)
    assert (report.new, report.duplicates, report.reading.bad_rows) == (9_997, 0, 3)
    assert named(report.reading) == {
        19: "The prompt is empty.",
        4_002: "The prompt has 200,001 characters.",
        10_001: "The prompt is empty.",
    }
    assert (report.reading.column, report.reading.rows) == ("prompt", 10_000)
    assert told[-1] == 10_000
    assert store.counts().items == (9_997, 0)
    assert store.origins() == {"many.csv": 9_997}
    again = import_file(store, path, "importer", origin="other")
    assert (again.new, again.duplicates) == (0, 9_997)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("latin-1", "cp1252"), ("utf-16", "utf-16")],
)
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, found: str) -> None:
    text = "prompt\nWas heißt „übermütig“?\n" if encoding != "latin-1" else "prompt\nWas heißt übermütig?\n"
    filler = "plain ASCII for the first million characters\n" * 25_000  # what comes late counts too
    prompts, reading = read(written(tmp_path / "a.csv", "prompt\n" + filler + text[7:], encoding))
    assert reading.encoding == found
    assert prompts[-1] == text[7:].strip()
    assert reading.bad_rows == 0


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_told_apart(tmp_path: Path, separator: str) -> None:
    rows = [["nr", "Question", "lang"], ["1", f"Is{separator}this one cell?", "en"], ["2", "And this?", "en"]]
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    prompts, reading = read(tmp_path / "a.csv")
    assert prompts == [f"Is{separator}this one cell?", "And this?"]
    assert reading.column == "Question"


@pytest.mark.parametrize(
    ("text", "column", "prompts"),
    [
        ("text,prompt\nlonger by far,a?\n", "prompt", ["a?"]),
        ("n,was\n1,eine lange Frage?\n2,noch eine?\n", "was", ["eine lange Frage?", "noch eine?"]),
        ("Which is it?\nWhat else?\n", "", ["Which is it?", "What else?"]),
        ("prompt\nWhat else?\n", "prompt", ["What else?"]),
        ("prompt\n", "prompt", []),
        ("a,b\n,\n", None, []),
    ],
)
def test_the_column_is_guessed(tmp_path: Path, text: str, column: str | None, prompts: list[str]) -> None:
    path = written(tmp_path / "a.csv", text)
    if column is None:
        with pytest.raises(BadInputError, match="No column of the file holds text"):
            read(path)
        return
    found, reading = read(path)
    assert (found, reading.column) == (prompts, column)


def test_a_given_column_is_taken_or_missed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "prompt,other\na?,b?\n")
    assert read(path, column="other")[0] == ["b?"]
    with pytest.raises(BadInputError, match="no column 'missing'") as raised:
        read(path, column="missing")
    assert raised.value.mend == "Choose one of: prompt, other."


def test_a_comma_outside_of_quotes_does_not_cut_a_prompt_off(tmp_path: Path) -> None:
    prompts, reading = read(written(tmp_path / "a.csv", 'prompt\nYes, or no?\n"Yes, or no?"\nx?,,\n'))
    assert prompts == ["Yes, or no?", "x?"]
    assert named(reading) == {2: "The row has 2 cells instead of 1."}


def test_a_quote_that_is_never_closed_is_said(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'prompt\nfine\n"never closed\n' + "more\n" * 1_000_000)
    with pytest.raises(BadInputError, match="no valid CSV after row 2"):
        read(path)


def test_rows_of_json_are_read_or_named(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": 1, "prompt": "one?"}),
        "{broken",
        "",
        json.dumps({"id": 2}),
        json.dumps({"prompt": 3}),
        json.dumps("a bare text"),
        json.dumps(["a list"]),
        json.dumps({"prompt": None}),
        "[" * 100_000,
        json.dumps({"prompt": "lone \ud800 surrogate"}),
    ]
    prompts, reading = read(written(tmp_path / "a.jsonl", "\n".join(lines)), "jsonl")
    assert prompts == ["one?", "a bare text", "lone \ufffd surrogate"]
    assert named(reading) == {
        2: "The row is no valid JSON.",
        4: "The row has no 'prompt'.",
        5: "A prompt must be text, not int.",
        7: "A prompt must be text, not list.",
        8: "A prompt must be text, not NoneType.",
        9: "The row is no valid JSON.",
    }
    assert (reading.column, reading.rows, reading.bad_rows) == ("prompt", 9, 6)


def test_parquet_is_read_whatever_its_texts_are_called(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = ["one?", None, "two?", ""]
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        table = pa.table({"number": [1, 2, 3, 4], "Prompt": pa.array(texts).cast(kind), "tail": ["t"] * 4})
        pq.write_table(table, path)
        prompts, reading = read(path, "parquet")
        assert prompts == ["one?", "two?"]
        assert (reading.column, named(reading)) == (
            "Prompt",
            {2: "A prompt must be text, not NoneType.", 4: "The prompt is empty."},
        )
    assert read(path, "parquet", "tail")[0] == ["t"] * 4
    assert read(path, "parquet", "number")[1].bad_rows == 4
    with pytest.raises(BadInputError, match="no column 'x'"):
        read(path, "parquet", "x")
    pq.write_table(pa.table({"number": [1]}), path)
    with pytest.raises(BadInputError, match="No column of the file holds text"):
        read(path, "parquet")


@pytest.mark.parametrize("content", [b"PAR1 not really PAR1", b"\0" * 100])
def test_a_damaged_parquet_file_is_said(store: LabelStore, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="no valid Parquet file"):
        import_file(store, path, "importer")
    assert store.counts().items == (0, 0)


def test_a_text_file_has_a_prompt_per_line(tmp_path: Path) -> None:
    prompts, reading = read(written(tmp_path / "a.txt", "one?\r\n\r\n  two?\n\x07\n"), "text")
    assert prompts == ["one?", "two?"]
    assert named(reading) == {4: "The prompt is empty."}


@pytest.mark.parametrize(
    ("pasted", "prompts"),
    [
        ("one?\ntwo?\n", ["one?", "two?"]),
        ("\n\none?\nstill one\n\n\ntwo?\n", ["one?\nstill one", "two?"]),
        ("=1+1", ["=1+1"]),
    ],
)
def test_pasted_text_is_lines_or_paragraphs(store: LabelStore, pasted: str, prompts: list[str]) -> None:
    report = import_text(store, pasted, "importer", overlap=2)
    assert report.new == len(prompts)
    assert {item.prompt for item in store.items()} == set(prompts)
    assert {(item.origin, item.wanted) for item in store.items()} == {("pasted", 2)}


def test_nothing_pasted_is_said(store: LabelStore) -> None:
    with pytest.raises(BadInputError, match="Nothing was pasted"):
        import_text(store, " \n", "importer")


def test_files_that_cannot_be_imported_are_said(
    store: LabelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInputError, match=r"'\.docx' cannot be imported"):
        import_file(store, written(tmp_path / "a.docx", "x"), "importer")
    with pytest.raises(BadInputError, match="The file is empty"):
        import_file(store, written(tmp_path / "a.csv", ""), "importer")
    with pytest.raises(BadInputError, match=r"cannot be read \(No such file"):
        import_file(store, tmp_path / "missing.csv", "importer")
    monkeypatch.setattr(feedback.importing, "MAX_BYTES", 2**20)
    with pytest.raises(BadInputError, match="has 2 MiB"):
        import_file(store, written(tmp_path / "a.csv", "x" * 2**21), "importer")


def test_more_rows_than_the_limit_are_left_out(
    store: LabelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback.importing, "MAX_ROWS", 5)
    report = import_file(store, written(tmp_path / "a.txt", "a\nb\nc\nd\ne\nf\n"), "importer")
    assert (report.new, report.reading.cut_off) == (5, True)
    assert not import_file(store, written(tmp_path / "b.txt", "a\nb\nc\nd\ne\n"), "importer").reading.cut_off


def test_only_the_first_bad_rows_are_named_all_are_counted(tmp_path: Path) -> None:
    _, reading = read(written(tmp_path / "a.jsonl", "{broken\n" * 1_000), "jsonl")
    assert (len(reading.bad), reading.bad_rows) == (feedback.import_records.NAMED_ROWS, 1_000)


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("prompt\n")
        for number in range(40_000):
            file.write(f"{number} {'x' * 1_000}\n")
    tracemalloc.start()
    number = sum(1 for _ in prompts_of(path, Reading("csv"), None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 40_000
    assert peak < 8 * 2**20, f"{path.stat().st_size:,} bytes were read with {peak:,}"


def test_stopping_keeps_what_was_read(store: LabelStore, tmp_path: Path) -> None:
    def stop(rows: int) -> None:
        if rows >= 1_500:
            raise KeyboardInterrupt

    path = written(tmp_path / "a.txt", "\n".join(f"Question {number}?" for number in range(3_000)))
    with pytest.raises(KeyboardInterrupt):
        import_file(store, path, "importer", on_progress=stop)
    assert store.counts().items == (1_000, 0), "whole chunks"
    assert import_file(store, path, "importer").new == 2_000


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1+1", "''=x", "'quoted'", "'", "", "plain"]
)
def test_formulas_are_made_harmless_and_restored(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert safe_cell(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(st.text())
def test_any_text_survives_a_spreadsheet(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


def test_a_formula_loses_its_apostrophe_on_import(tmp_path: Path) -> None:
    prompts, _ = read(written(tmp_path / "a.csv", "prompt\n'=SUM(A1)\n'tis the question\n"))
    assert prompts == ["=SUM(A1)", "'tis the question"]
