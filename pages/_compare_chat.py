"""A column's conversation as Gradio's chatbot takes it: what the user typed stays as typed, answers are Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pages._compare_columns import Column, UserTurn
from pages._compare_facts import STOPS

SHOWN_CHARACTERS = 1_200
"""Of a prompt, in each column; the rest is sent but not shown again."""

_MARKDOWN = re.compile(r"[\\`*_\[\]<>&#~|$]|^\s*[-+=]|^\s*\d+[.)]", re.MULTILINE)
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)

Message = dict[str, Any]


def messages_of(column: Column, turns: Sequence[UserTurn], *, veiled: bool = False) -> list[Message]:
    """The messages of a column.

    Args:
        column: Its answers.
        turns: What the user said.
        veiled: Whether nothing may be shown but the answers themselves, as their LLM's thinking tells its name.
    """
    messages: list[Message] = []
    last = len(turns) - 1
    for number, turn in enumerate(turns):
        messages.append({"role": "user", "content": _said(turn)})
        answer = column.answers.get(number)
        completion = answer.completion if answer else None
        if completion is None:
            if number < last:
                messages.append({"role": "assistant", "content": "*not asked in this turn*"})
            continue
        if completion.reasoning and not veiled:
            messages.append({"role": "assistant", "content": completion.reasoning, "metadata": {"title": "Thinking"}})
        if completion.text:
            messages.append({"role": "assistant", "content": completion.text})
        if number < last and completion.stop not in {None, "stop"}:
            messages.append({"role": "assistant", "content": f"*{STOPS[completion.stop]}*"})
    return messages


def as_typed(text: str) -> str:
    """Markdown that reads as the text itself: nothing in it is markup, lines and indentation stay."""
    return _INDENT.sub(_hard_spaces, _MARKDOWN.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    """As numbers of characters: a backslash in front of a bracket would begin a formula."""
    return _PUNCTUATION.sub(_number, found[0])


def _number(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _hard_spaces(found: re.Match[str]) -> str:
    return found[0].replace("\t", "    ").replace(" ", "\N{NO-BREAK SPACE}")


def _said(turn: UserTurn) -> str:
    shown = as_typed(turn.text[:SHOWN_CHARACTERS])
    if len(turn.text) > SHOWN_CHARACTERS:
        shown += f"\n\n*… {len(turn.text):,} characters in all*"
    if turn.attachment is not None:
        shown += f"\n\n*{turn.attachment.kind}: {as_typed(turn.attachment.name)}*"
    return shown
