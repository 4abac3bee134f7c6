"""ONNX files that want to read other files, wherever in the graph they say so."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from errors import BadInputError
from router_models.hub.onnx_file import ExternalData, check_onnx, external_data


def external(name: str, location: str, offset: int = 0, length: int = 4) -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, "offset": str(offset), "length": str(length)}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def write(path: Path, *initializers: TensorProto, constant: TensorProto | None = None, deep: int = 0) -> Path:
    nodes = [helper.make_node("Add", ["x", "w"], ["y"])]
    if constant is not None:
        node = helper.make_node("Constant", [], ["w"], value=constant)
        for _ in range(deep):
            inner = helper.make_graph([node], "inner", [], [])
            node = helper.make_node("If", ["c"], ["w"], then_branch=inner, else_branch=inner)
        nodes.insert(0, node)
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph(nodes, "g", [value], [out], initializer=list(initializers))
    onnx.save(helper.make_model(graph), path)
    return path


def test_a_real_export_reads_nothing_but_itself(bert_folder: Path) -> None:
    check_onnx(bert_folder / "onnx" / "model.onnx", bert_folder)
    assert external_data(bert_folder / "onnx" / "model.onnx") == []


def test_data_beside_it_is_allowed_where_it_is_there_and_long_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "model.onnx", external("w", "model.onnx_data"))
    with pytest.raises(BadInputError, match="missing or too short"):
        check_onnx(path, tmp_path)
    (tmp_path / "model.onnx_data").write_bytes(b"\0" * 3)
    with pytest.raises(BadInputError, match="missing or too short"):
        check_onnx(path, tmp_path)
    (tmp_path / "model.onnx_data").write_bytes(b"\0" * 4)
    check_onnx(path, tmp_path)
    assert external_data(path) == [ExternalData("model.onnx_data", 0, 4)]


@pytest.mark.parametrize(
    "location",
    ["../../etc/passwd", "/etc/passwd", "..", "a/../../b", "..\\..\\x", "C:\\windows", "", "file:///x", "a\0b"],
)
def test_data_elsewhere_is_refused_in_initializers(tmp_path: Path, location: str) -> None:
    with pytest.raises(BadInputError, match="outside of its own folder"):
        check_onnx(write(tmp_path / "model.onnx", external("w", location)), tmp_path)


@pytest.mark.parametrize("deep", [0, 1, 5])
def test_and_in_constants_of_graphs_inside_the_graph(tmp_path: Path, deep: int) -> None:
    path = write(tmp_path / "model.onnx", constant=external("w", "../../etc/passwd"), deep=deep)
    with pytest.raises(BadInputError, match="outside of its own folder"):
        check_onnx(path, tmp_path)


def test_and_in_functions_and_sparse_tensors(tmp_path: Path) -> None:
    path = write(tmp_path / "model.onnx", numpy_helper.from_array(np.ones(1, np.float32), "w"))
    model = onnx.load(path)
    node = helper.make_node("Constant", [], ["o"], value=external("w", "../x"))
    model.functions.append(helper.make_function("own", "F", [], ["o"], [node], [helper.make_opsetid("", 17)]))
    onnx.save(model, path)
    with pytest.raises(BadInputError, match=r"“\.\./x”"):
        check_onnx(path, tmp_path)
    model = onnx.load(write(path, numpy_helper.from_array(np.ones(1, np.float32), "w")))
    model.graph.sparse_initializer.add().values.CopyFrom(external("s", "../y"))
    path.write_bytes(model.SerializeToString())
    with pytest.raises(BadInputError, match=r"“\.\./y”"):
        check_onnx(path, tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\0" * 4)
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "model.data").symlink_to(tmp_path / "secret")
    with pytest.raises(BadInputError, match="outside of its own folder"):
        check_onnx(write(folder / "model.onnx", external("w", "model.data")), folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not onnx at all",
        b"\x3a\xff\xff\xff\xff\x0f",
        b"\x3a" + b"\xff" * 11,
        b"\x3a",
        bytes([0x3A, 0x03, 0x2A, 0x05, 0x00]),
    ],
)
def test_what_is_not_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="not an ONNX file"):
        check_onnx(path, tmp_path)


@given(place=st.integers(0, 4_000), changed=st.binary(min_size=1, max_size=12))
@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_bytes_come_it_says_yes_or_no(bert_folder: Path, tmp_path: Path, place: int, changed: bytes) -> None:
    content = bytearray((bert_folder / "onnx" / "model.onnx").read_bytes())
    content[place : place + len(changed)] = changed
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with contextlib.suppress(BadInputError):
        check_onnx(path, tmp_path)


def test_graphs_nested_without_end_are_refused(tmp_path: Path) -> None:
    content = b""
    for tag in [0x32, 0x2A, 0x0A] * 60:  # graph in attribute in node, inside out
        length = len(content)
        size = b""
        while length >= 0x80:
            size += bytes([length & 0x7F | 0x80])
            length >>= 7
        content = bytes([tag]) + size + bytes([length]) + content
    path = tmp_path / "model.onnx"
    length = len(content)
    path.write_bytes(b"\x3a" + bytes([length & 0x7F | 0x80, length >> 7]) + content)
    with pytest.raises(BadInputError, match="not an ONNX file"):
        check_onnx(path, tmp_path)
