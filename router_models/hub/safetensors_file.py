"""Checks the header of a safetensors file before anything reads it.

The format: 8 bytes with the header's length, the header as JSON with type, shape and place of each tensor, then their
data without gaps (https://github.com/huggingface/safetensors, "Format").
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from errors import BadInputError

LONGEST_HEADER = 25_000_000
"""Bytes; the Hub's own client takes no longer one."""

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64,
}  # fmt: skip
_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_MOST_DIMENSIONS = 16


def check_safetensors(path: Path) -> None:
    """Makes sure that a file is what its header says.

    Raises:
        BadInputError: The header is too long, not JSON, or its tensors overlap, leave gaps or leave the file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > size - _LENGTH_BYTES or length > LONGEST_HEADER:
            raise _broken(path, f"its header claims {length:,} bytes")
        header = file.read(length)
    try:
        described = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise _broken(path, "its header is not JSON") from error
    if not isinstance(described, dict):
        raise _broken(path, "its header is not an object")
    tensors = [_span(path, name, tensor) for name, tensor in described.items() if name != _METADATA]
    end = 0
    for begin, stop, name in sorted(tensors):
        if begin != end:
            raise _broken(path, f"the tensor {name[:60]} {'overlaps' if begin < end else 'leaves a gap after'} another")
        end = stop
    if end != size - _LENGTH_BYTES - length:
        raise _broken(path, "its tensors do not fill the file")


def _span(path: Path, name: str, tensor: object) -> tuple[int, int, str]:
    """First byte, byte behind the last, and name of a tensor."""
    try:
        described = dict(tensor)  # type: ignore[call-overload]  # raises what is caught where it is none
        bits, shape, (begin, end) = _BITS[described["dtype"]], described["shape"], described["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(path, f"the tensor {name[:60]} is not described") from error
    numbers = [*shape, begin, end] if isinstance(shape, list) and len(shape) <= _MOST_DIMENSIONS else [None]
    if not all(type(number) is int and 0 <= number < 2**63 for number in numbers):
        raise _broken(path, f"the tensor {name[:60]} has no valid shape or place")
    if end - begin != math.prod(shape) * bits // 8:
        raise _broken(path, f"the tensor {name[:60]} has another size than its shape")
    return begin, end, name


def _broken(path: Path, what: str) -> BadInputError:
    return BadInputError(
        f"{path.name} is not a valid safetensors file: {what}.", "Do not use it; ask its author to save it again."
    )
