"""Calls of tools in an answer: an LLM names a function and writes its arguments, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call, whole or still growing.

    Attributes:
        id: The provider's name for the call, which its result refers to.
        name: Name of the function.
        arguments: JSON as far as it is written; nothing here reads it.
    """

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class ToolCallPiece:
    """What one chunk of a stream brings of a call.

    Attributes:
        index: Which call of the answer, from 0.
        call: What is new of it.
    """

    index: int
    call: ToolCall


def grown(calls: Sequence[ToolCall], pieces: Sequence[ToolCallPiece]) -> tuple[ToolCall, ...]:
    """The calls with what has come; a piece that skips a number begins the next call."""
    result = list(calls)
    for piece in pieces:
        if piece.index >= len(result):
            result.append(piece.call)
            continue
        known, new = result[piece.index], piece.call
        result[piece.index] = replace(
            known,
            id=known.id or new.id,
            name=known.name or new.name,
            arguments=known.arguments + new.arguments,
        )
    return tuple(result)
