"""Rows with nested values: parts by their path, and conversations by what the user said first."""

from __future__ import annotations

from collections.abc import Mapping

DEPTH = 4
MOST_PARTS = 300


def flat(row: Mapping[str, object]) -> dict[str, object]:
    """A row whose nested objects are taken apart: `{"usage": {"tokens": 3}}` gives `{"usage.tokens": 3}`.

    A list of chat messages becomes what the user said first: that is what a router judges of a conversation.
    """
    found: dict[str, object] = {}
    todo: list[tuple[str, object, int]] = [(str(name), value, 0) for name, value in reversed(list(row.items()))]
    while todo and len(found) < MOST_PARTS:
        name, value, depth = todo.pop()
        if isinstance(value, Mapping) and depth < DEPTH:
            todo += [(f"{name}.{part}", inner, depth + 1) for part, inner in reversed(list(value.items()))]
        else:
            found[name] = _said_first(value) if isinstance(value, list) else value
    return found


def _said_first(value: list[object]) -> object:
    messages = [one for one in value if isinstance(one, Mapping)]
    said = [one.get("content", one.get("value")) for one in messages if one.get("role", one.get("from")) in _PEOPLE]
    return next((text for text in said if isinstance(text, str)), value)


_PEOPLE = ("user", "human")
