"""What may be brought: kinds, sizes, encodings, and how much all visitors may hold."""

import gc
from pathlib import Path

import pytest

from errors import BadInputError, UnavailableError
from traffic import source
from traffic.reading import rows_of
from traffic.source import MAX_BYTES, MAX_BYTES_HELD, from_bytes, from_file, from_text


def test_two_gigabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)  # sparse: it takes no room on disk, and would take 2 GiB of memory
    with pytest.raises(BadInputError, match="2,048 MiB; at most 40 MiB"):
        from_file(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"x", "ends in “.pdf”"),
        ("a.csv", b"", "is empty"),
        ("noending", b"x", "ends in “”"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00", "is a picture"),
        ("a.jsonl", b"PK\x03\x04\x14", "is a spreadsheet"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_mend(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInputError) as refusal:
        from_file(path)
    assert said in refusal.value.what
    assert refusal.value.mend


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        from_file(tmp_path / "gone.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_marks_of_encodings_are_understood(encoding: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    brought = from_bytes("mine.csv", mark + "prompt,llm\nGrüße?,a\n".encode(encoding))
    assert [row.values for row in rows_of(brought)] == [{"prompt": "Grüße?", "llm": "a"}]


def test_nothing_pasted_and_too_much_pasted_are_refused() -> None:
    with pytest.raises(BadInputError, match="nothing pasted"):
        from_text(" \n ")
    with pytest.raises(BadInputError, match="at most"):
        from_text("x" * (MAX_BYTES + 1))


def test_all_visitors_together_hold_no_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES_HELD", 1000)
    monkeypatch.setattr(source, "_room", source._Room())
    first = from_bytes("a.txt", b"x" * 800)
    with pytest.raises(UnavailableError, match="Other visitors"):
        from_bytes("b.txt", b"x" * 300)
    del first
    gc.collect()
    assert len(from_bytes("b.txt", b"x" * 300).data) == 300
    assert MAX_BYTES_HELD >= 4 * MAX_BYTES


def test_no_text_of_a_user_stands_in_what_python_prints() -> None:
    assert "secret" not in repr(from_text("secret prompt"))
