"""Parquet: what a small file hides is neither unpacked at once nor held, and its other rows are read."""

import io
import tracemalloc
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import BadInputError
from tests.traffic.samples import parquet_source
from traffic.columns import preview_of
from traffic.parquet import MAX_ROW_BYTES, MIB, TOO_LONG, parquet_rows
from traffic.reading import rows_of


def written(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def test_a_value_that_stands_in_every_row_is_not_unpacked_for_all_of_them_at_once() -> None:
    data = written(pa.table({"prompt": ["x" * MIB] * 256}))
    assert len(data) < 10_000
    before, found = pa.total_allocated_bytes(), 0
    tracemalloc.start()
    try:
        for row in parquet_rows(data):
            assert isinstance(row, dict) and len(str(row["prompt"])) == MIB
            assert pa.total_allocated_bytes() - before < 16 * MIB
            found += 1
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_ROW_BYTES
    finally:
        tracemalloc.stop()
    assert found == 256


def test_a_preview_of_such_a_file_holds_little() -> None:
    names = [f"c{at}" for at in range(20)]
    source = parquet_source(pa.table({name: ["x" * (MIB // 8)] * 256 for name in names}))
    tracemalloc.start()
    try:
        preview = preview_of(source)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(preview.rows) == 20 and preview.names == tuple(names)
    assert held < MIB
    assert peak < 16 * MIB


@pytest.mark.parametrize(
    "large",
    ["x" * (MAX_ROW_BYTES + 1), ["x" * 1000] * 5000, [[]] * 100_000, {"text": "x" * (MAX_ROW_BYTES + 1)}],
    ids=["a text", "many equal texts", "empty lists", "a part"],
)
def test_a_row_that_unpacks_to_too_much_is_left_out_and_the_others_stay(large: Any) -> None:
    small = {str: "small", list: large[:1] if isinstance(large, list) else [], dict: {"text": "small"}}[type(large)]
    found = list(parquet_rows(written(pa.table({"prompt": [small, large, small], "id": [1, 2, 3]}))))
    assert found[1] == TOO_LONG
    assert found[0] == {"prompt": small, "id": 1} and found[2] == {"prompt": small, "id": 3}


def test_maps_count_row_by_row() -> None:
    kind = pa.map_(pa.string(), pa.string())
    rows = [[("k", "v")], [("k", "x" * (MAX_ROW_BYTES + 1))], [("k", "w")]]
    found = list(parquet_rows(written(pa.table({"prompt": pa.array(rows, kind)}))))
    assert found == [{"prompt": rows[0]}, TOO_LONG, {"prompt": rows[2]}]


def test_such_a_row_is_named_by_its_line() -> None:
    source = parquet_source(pa.table({"prompt": ["a", "x" * (MAX_ROW_BYTES + 1), "b"]}))
    assert [(row.line, row.problem) for row in rows_of(source)] == [(1, ""), (2, TOO_LONG), (3, "")]


def test_all_kinds_of_columns_are_read() -> None:
    kinds = {
        "text": pa.array(["a", None, "c"]),
        "large": pa.array(["a", "b", None], pa.large_string()),
        "coded": pa.array(["a", "a", "b"]).dictionary_encode(),
        "bytes": pa.array([b"a", None, b"c"]),
        "flag": pa.array([True, False, None]),
        "map": pa.array([[("k", "v")], [], None], pa.map_(pa.string(), pa.string())),
        "fixed": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int64(), 2)),
        "chat": pa.array([[{"role": "user", "content": "q"}], [], None]),
        "codes": pa.array([1, 1, 2]).dictionary_encode(),
        "nothing": pa.nulls(3),
    }
    table = pa.table(kinds)
    assert list(parquet_rows(written(table))) == table.to_pylist()


def test_lists_that_would_unpack_to_more_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(pa.table({"prompt": ["a"], "many": [[0] * 1_000_000]}))
    monkeypatch.setattr("traffic.parquet.MAX_PARQUET_BYTES", 4 * MIB)
    with pytest.raises(BadInputError, match="unpacks to 8 MiB"):
        list(parquet_rows(data))
    assert list(parquet_rows(data, ["prompt"])) == [{"prompt": "a"}]
