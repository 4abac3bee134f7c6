"""Reading files: a missing, empty, half or foreign file gives an error that says what and how to mend it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from benchmarks.data.files import numbers, read_csv, read_json, read_jsonl
from errors import DataError

ORIGIN = "https://example.org/set"


def test_jsonl_rows_come_in_order(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 1, "text": "naïve"}\n\n{"id": 2, "text": "b"}\n', encoding="utf-8")
    assert [row["id"] for row in read_jsonl(path, ("id", "text"), ORIGIN)] == [1, 2]


def test_gzipped_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b'id,right\na,1\n"b\nc",\n'))
    rows = read_csv(path, ("id",), ORIGIN)
    assert [row["id"] for row in rows] == ["a", "b\nc"]
    np.testing.assert_array_equal(numbers(rows, "right", path, ORIGIN), [1, np.nan])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (b'{"id": 1}\n{"id": 2', "Line 2 .* is not JSON"),
        (b'{"other": 1}\n', "has no id"),
        (b"[1]\n", "not a JSON object"),
        (b'{"id": "\xff"}\n', "cannot be read"),
    ],
)
def test_a_bad_jsonl_file_is_an_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint) as caught:
        read_jsonl(path, ("id",), ORIGIN)
    assert ORIGIN in caught.value.mend


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b'[{"id": 1}', "is not JSON"), (b"[]", "list of rows"), (b"[1]", "not a JSON object"), (b"[{}]", "has no id")],
)
def test_a_bad_json_file_is_an_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        read_json(path, ("id",), ORIGIN)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "has no id"),
        (b"id,a\n", "has no rows"),
        (b"name,a\nx,1\n", "header .* has no id"),
        (b"id,a\nx,1\ny", "Line 3 .* has no a"),
        (b'id,a\nx,"half', "cannot be read"),
    ],
)
def test_a_bad_csv_file_is_an_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        read_csv(path, ("id",), ORIGIN)


def test_half_a_gzip_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": 1}\n' * 1000)[:40])
    with pytest.raises(DataError, match="cannot be read"):
        read_jsonl(path, ("id",), ORIGIN)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_csv(tmp_path / "none.csv", ("id",), ORIGIN)


def test_a_cell_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'Tru' where a number should be"):
        numbers([{"a": "Tru"}], "a", tmp_path, ORIGIN)
