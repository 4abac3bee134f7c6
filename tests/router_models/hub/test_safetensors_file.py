"""Headers of safetensors files that lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from errors import BadInputError
from router_models.hub.safetensors_file import check_safetensors


def write(path: Path, header: Any, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def tensor(begin: int, end: int, shape: list[Any] | None = None, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [(end - begin) // 4] if shape is None else shape, "data_offsets": [begin, end]}


def test_real_files_are_valid(tmp_path: Path, bert_folder: Path) -> None:
    check_safetensors(bert_folder / "model.safetensors")
    arrays = {"a": np.ones((2, 3), np.float32), "b": np.ones((), np.int64), "c": np.ones((0, 4), np.float16)}
    save_file(arrays, tmp_path / "x.safetensors", metadata={"format": "np"})
    check_safetensors(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    ("header", "data", "length", "said"),
    [
        ({}, b"", 2**63, "header claims"),
        ({}, b"", 26_000_000, "header claims"),
        (b"", b"", None, "not JSON"),
        (b"{", b"", None, "not JSON"),
        (b"\xff\xfe", b"", None, "not JSON"),
        (b"[" * 100_000, b"", None, "not JSON"),
        ([1], b"", None, "not an object"),
        ({"a": 1}, b"", None, "not described"),
        ({"a": {"dtype": "F32"}}, b"", None, "not described"),
        ({"a": tensor(0, 4, dtype="OBJECT")}, b"1234", None, "not described"),
        ({"a": {"dtype": ["F32"], "shape": [], "data_offsets": [0, 4]}}, b"1234", None, "not described"),
        ({"a": tensor(0, 4, [-1])}, b"1234", None, "valid shape"),
        ({"a": tensor(0, 4, [1.0])}, b"1234", None, "valid shape"),
        ({"a": tensor(0, 4, [True])}, b"1234", None, "valid shape"),
        ({"a": tensor(-4, 0, [1])}, b"", None, "valid shape"),
        ({"a": tensor(0, 4, [1] * 20)}, b"1234", None, "valid shape"),
        ({"a": tensor(0, 4, [2])}, b"1234", None, "another size"),
        ({"a": tensor(0, 4, [2**40, 2**40])}, b"1234", None, "another size"),
        ({"a": tensor(0, 8), "b": tensor(4, 12)}, b"1" * 12, None, "overlaps"),
        ({"a": tensor(0, 4), "b": tensor(8, 12)}, b"1" * 12, None, "leaves a gap"),
        ({"a": tensor(0, 4)}, b"1" * 8, None, "do not fill"),
        ({"a": tensor(0, 8)}, b"1" * 4, None, "do not fill"),
    ],
)
def test_headers_that_lie_are_refused(tmp_path: Path, header: Any, data: bytes, length: int | None, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        check_safetensors(write(tmp_path / "model.safetensors", header, data, length))


@given(place=st.integers(0, 600), changed=st.binary(min_size=1, max_size=12))
@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_it_lets_through_the_library_reads_as_well(tmp_path: Path, place: int, changed: bytes) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"a": np.ones((2, 3), np.float32), "b": np.arange(4)}, path)
    content = bytearray(path.read_bytes())
    content[place : place + len(changed)] = changed
    path.write_bytes(content)
    try:
        check_safetensors(path)
    except BadInputError:
        return
    load_file(path)


def test_a_file_of_a_few_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"abc")
    with pytest.raises(BadInputError, match="not a valid safetensors file"):
        check_safetensors(path)
