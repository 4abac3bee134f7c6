from pathlib import Path

import pytest

from errors import BadInputError, UnavailableError
from router_models.batch.pieces import Piece, cut
from router_models.batch.rows import InputRow, choose_column, columns_of, read_rows
from router_models.batch.sources import find_sources
from tests.router_models.batch.samples import PROMPTS, write

MANY = [f"{text} {number}" for number in range(5) for text in PROMPTS]


def pieces_of(path: Path, rows: int) -> list[Piece]:
    return list(cut(find_sources(str(path)), rows))


def rows_of(path: Path, rows: int) -> list[InputRow]:
    return [row for piece in pieces_of(path, rows) for row in read_rows(piece, "prompt", ["id"])]


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("rows", [1, 3, 7, 1_000])
def test_however_it_is_cut_every_row_is_there_once(tmp_path: Path, ending: str, rows: int) -> None:
    found = rows_of(write(tmp_path / f"in.{ending}", list(MANY)), rows)
    assert [row.prompt for row in found] == MANY
    assert [row.number for row in found] == list(range(1, len(MANY) + 1))
    assert [row.kept for row in found] == [(f"n{place}",) for place in range(len(MANY))]


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_pieces_are_as_long_as_asked_for(tmp_path: Path, ending: str) -> None:
    pieces = pieces_of(write(tmp_path / f"in.{ending}", list(MANY), group=2), 6)
    assert [len(list(read_rows(piece, "prompt"))) for piece in pieces] == [6, 6, 6, 2]
    assert [piece.number for piece in pieces] == [0, 1, 2, 3]


def test_a_folder_is_read_with_its_subfolders_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.csv", "b/a.jsonl", "a.parquet"):
        write(tmp_path / name, [name])
    (tmp_path / "notes.txt").write_text("not this one")
    pieces = pieces_of(tmp_path, 10)
    assert [next(read_rows(piece, "prompt")).prompt for piece in pieces] == ["a.parquet", "b/a.jsonl", "z.csv"]
    assert len(find_sources(f"{tmp_path}/*.csv")) == 1


def test_rows_that_cannot_be_read_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('id,prompt\n1,"fine"\n2\n\n4,"also, fine"\n')
    found = rows_of(path, 2)
    assert [row.prompt for row in found] == ["fine", "", "", "also, fine"]
    assert [row.problem for row in found[1:3]] == [
        "The row has 1 fields where the header names 2.",
        "The row is empty.",
    ]
    lines = tmp_path / "in.jsonl"
    lines.write_text('{"prompt": "fine"}\nnonsense\n{"prompt": 7}\n{"id": 1}\n[1]\n')
    problems = [row.problem for row in rows_of(lines, 2)]
    assert problems[0] == ""
    assert problems[1] == problems[4] == "The line is not a JSON object."
    assert problems[2:4] == ["The prompt is int, not text.", "There is no prompt."]


def test_deep_json_is_a_row_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"prompt": "fine"}\n' + "[" * 100_000 + "\n")
    assert [bool(row.problem) for row in rows_of(path, 10)] == [False, True]


def test_nested_columns_of_parquet_are_no_prompts(tmp_path: Path) -> None:
    path = write(tmp_path / "in.parquet", [{"text": "nested"}, {"text": "too"}])
    assert [row.problem for row in rows_of(path, 10)] == ["The prompt is dict, not text."] * 2


def test_latin_1_is_read_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("id,prompt\n1,Wo ist das Café?\n".encode("latin-1"))
    assert [row.prompt for row in rows_of(path, 10)] == ["Wo ist das Café?"]


def test_a_mark_of_byte_order_is_not_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("prompt;id\nhello;1\n".encode("utf-8-sig"))
    (piece,) = pieces_of(path, 10)
    assert columns_of(piece) == ("prompt", "id")


def test_what_is_no_parquet_is_said(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    path.write_bytes(b"not this")
    with pytest.raises(BadInputError, match="not a Parquet file"):
        pieces_of(path, 10)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_file_that_is_no_text_is_said_to_be_none_whatever_its_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"in.{ending}"
    path.write_bytes(b"PK\x03\x04 a spreadsheet")
    with pytest.raises(BadInputError, match="is a spreadsheet or another ZIP file, whatever its name says"):
        pieces_of(path, 10)


@pytest.mark.parametrize("name", ["none.csv", "notes.txt"])
def test_no_file_is_no_job(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(BadInputError, match="no Parquet, JSONL or CSV"):
        find_sources(str(tmp_path / name))


def test_an_unknown_place_is_said() -> None:
    with pytest.raises(UnavailableError, match="cannot be read"):
        find_sources("nosuch://place/file.csv")


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (("id", "Prompt"), "", "Prompt"),
        (("a", "text"), "a", "a"),
        (("only",), "", "only"),
        (("text", "prompt"), "", "prompt"),
    ],
)
def test_the_column_of_prompts_is_found(names: tuple[str, ...], wanted: str, found: str) -> None:
    assert choose_column(names, wanted, "in.csv") == found


@pytest.mark.parametrize("wanted", ["", "c"])
def test_a_column_that_is_not_evident_is_asked_for(wanted: str) -> None:
    with pytest.raises(BadInputError, match=r"in\.csv") as caught:
        choose_column(("a", "b"), wanted, "in.csv")
    assert "a, b" in caught.value.mend
