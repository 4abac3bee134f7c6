import csv
import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadInputError
from router_models.batch.records import MAX_RECORD_BYTES, UTF_8, WESTERN, RecordScan, delimiter_of

CELL = st.text(alphabet='ab,;"\n é', max_size=8)


def parts(data: bytes, scan: RecordScan) -> list[bytes]:
    ends = [0, *scan.ends(io.BytesIO(data))]
    return [data[start:stop] for start, stop in pairwise(ends)]


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8))
def test_csv_is_cut_where_its_records_end(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    found = parts(text.getvalue().encode(), RecordScan("a.csv", b","))
    assert [row for part in found for row in csv.reader([part.decode()])] == rows


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('a,b\n1,a 5" pipe\n2,c\n', 3),  # a mark in mid-field opens nothing
        ('a,b\n1,"one\ntwo"\n2,c', 3),
        ('a,b\n"""",x\n"",y\n', 3),
        ('a,b\n1,"x" y\n2,c\n', 3),
        ("a,b\r\n1,2\r\n", 2),
    ],
)
def test_quotation_marks_count_only_where_a_field_begins(text: str, records: int) -> None:
    found = parts(text.encode(), RecordScan("a.csv", b","))
    assert len(found) == records == len(list(csv.reader(io.StringIO(text, newline=""))))
    assert b"".join(found) == text.encode()


def test_a_mark_that_is_never_closed_is_named_by_its_line() -> None:
    text = "prompt\n" + "fine\n" * 70_000 + '"open\n' + "fine\n" * 3
    with pytest.raises(BadInputError, match=r"line 70,002 that is never closed"):
        list(RecordScan("a.csv", b",").ends(io.BytesIO(text.encode())))


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    with pytest.raises(BadInputError, match="over 8 MiB at line 2"):
        list(RecordScan("a.jsonl", None).ends(io.BytesIO(b"{}\n" + b"x" * (MAX_RECORD_BYTES + 10))))


def test_a_line_is_a_record_of_jsonl_whatever_its_quotes() -> None:
    lines = b"".join(json.dumps({"prompt": text}).encode() + b"\n" for text in ('"', 'a "b', "c"))
    assert len(parts(lines, RecordScan("a.jsonl", None))) == 3


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", UTF_8), ("latin-1", WESTERN)])
def test_what_is_not_utf_8_is_read_as_western(encoding: str, found: str) -> None:
    scan = RecordScan("a.csv", b",")
    assert len(parts("prompt\ncafé\nnaïve\n".encode(encoding), scan)) == 3
    assert scan.encoding == found


@pytest.mark.parametrize(("header", "mark"), [(b"a,b", ","), (b"a;b,c;d", ";"), (b"a\tb", "\t"), (b"prompt", ",")])
def test_the_delimiter_is_what_the_header_has_most_of(header: bytes, mark: str) -> None:
    assert delimiter_of(header) == mark
