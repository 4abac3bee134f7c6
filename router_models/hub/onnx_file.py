"""Looks into an ONNX file before anything opens it: which other files does it want to read?

ONNX is Protocol Buffers (onnx/onnx.proto). Only the path to the tensors is walked; their data is skipped, so that a
file of any size takes milliseconds. The numbers are those of the fields in onnx.proto.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from errors import BadInputError
from router_models.hub.source import is_plain_path

_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
    "entry": {1: "key", 2: "value"},
}
"""Which field of a message holds which message."""

_INPUT, _OUTPUT, _OPERATOR = 1, 2, 4
"""Fields of a node."""

_PASSING = ("Identity", "Cast")
_DEEPEST = 64
_LONGEST_TEXT = 4096
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class ExternalData:
    """A tensor whose data lies in another file."""

    location: str
    offset: int
    length: int


def check_onnx(path: Path, folder: Path) -> None:
    """Makes sure that an ONNX file reads nothing but itself and files beside it.

    Args:
        path: The file.
        folder: What it may read is in here.

    Raises:
        BadInputError: It is not ONNX, or it wants other files.
    """
    try:
        found = external_data(path)
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path.name} is not an ONNX file.", "Ask its author to export it again.") from error
    for data in found:
        beside = path.parent / data.location
        if not is_plain_path(data.location) or not beside.resolve().is_relative_to(folder.resolve()):
            raise BadInputError(
                f"{path.name} wants to read “{data.location[:80]}”, outside of its own folder.",
                "Do not use it: no honest export does that.",
            )
        if not beside.is_file() or data.offset + data.length > beside.stat().st_size:
            raise BadInputError(
                f"{path.name} keeps weights in {data.location[:80]}, which is missing or too short.",
                "Ask its author to upload that file, or to export into one file.",
            )


def external_data(path: Path) -> list[ExternalData]:
    """All data of an ONNX file that lies in other files.

    Raises:
        ValueError: The file is not ONNX.
    """
    return list(_walk(_mapped(path), "model", 0))


def made_by(path: Path, output: str) -> str:
    """Which operator makes a tensor of the main graph; those that leave the numbers as they are do not count.

    Args:
        path: The ONNX file, which `check_onnx` has accepted.
        output: The tensor's name.

    Returns:
        The operator's name, such as Softmax; '' where no node makes the tensor.
    """
    nodes = {}
    for number, graph in _fields(_mapped(path)):
        if _INSIDE["model"].get(number) != "graph":
            continue
        for field, node in _fields(graph):
            if _INSIDE["graph"].get(field) == "node":
                inputs, outputs, operator = _node(node)
                nodes.update(dict.fromkeys(outputs, (operator, inputs)))
    operator, inputs = nodes.pop(output, ("", []))
    while operator in _PASSING and inputs:
        operator, inputs = nodes.pop(inputs[0], ("", []))  # popped, so that a ring has an end
    return operator


def _node(view: memoryview) -> tuple[list[str], list[str], str]:
    """Names of a node's inputs and outputs, and its operator."""
    said: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATOR: [""]}
    for field, part in _fields(view):
        if field in said:
            said[field].append(_text(part))
    return said[_INPUT], said[_OUTPUT], said[_OPERATOR][-1]


def _mapped(path: Path) -> memoryview:
    if path.stat().st_size == 0:
        raise ValueError("an empty file")
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return memoryview(mapped)  # not closed by hand: where the walk fails, its frames still hold views of it


def _walk(view: memoryview, kind: str, depth: int) -> Iterator[ExternalData]:
    if depth > _DEEPEST:
        raise ValueError("messages are nested too deeply")
    inside = _INSIDE[kind]
    entries: dict[str, str] = {}
    for number, part in _fields(view):
        held = inside.get(number)
        if held == "entry":
            said = {_INSIDE["entry"].get(field, ""): text for field, text in _fields(part)}
            entries[_text(said.get("key"))] = _text(said.get("value"))
        elif held is not None:
            yield from _walk(part, held, depth + 1)
    if entries:
        offset, length = int(entries.get("offset") or 0), int(entries.get("length") or 0)
        if offset < 0 or length < 0:
            raise ValueError("data lies before the beginning of a file")
        yield ExternalData(entries.get("location", ""), offset, length)


def _text(part: memoryview | None) -> str:
    if part is None:
        return ""
    if len(part) > _LONGEST_TEXT:
        raise ValueError("a text is too long")
    return bytes(part).decode("utf-8")


def _fields(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Fields of a message that hold bytes, by number; the others are skipped."""
    at, end = 0, len(view)
    while at < end:
        tag, at = _varint(view, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            _, at = _varint(view, at)
        elif wire == _FIXED64:
            at += 8
        elif wire == _FIXED32:
            at += 4
        elif wire == _BYTES:
            length, at = _varint(view, at)
            if at + length > end:
                raise ValueError("a field is longer than its message")
            yield number, view[at : at + length]
            at += length
        else:
            raise ValueError("a field of a kind that ONNX does not have")
    if at > end:
        raise ValueError("a field is longer than its message")


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
