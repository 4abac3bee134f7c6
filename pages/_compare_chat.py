"""A column's conversation as Gradio's chatbot takes it: what the user typed stays as typed, answers are Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pages._compare_columns import Column, UserTurn
from pages._compare_facts import STOPS

Message = dict[str, Any]


def messages_of(
    column: Column, turns: Sequence[UserTurn], numbers: Iterable[int] | None = None, *, veiled: bool = False
) -> list[Message]:
    """The messages of a column.

    Args:
        column: Its answers.
        turns: What the user said.
        numbers: Which turns, from 0; None for all.
        veiled: Whether nothing may be shown but the answers themselves, as their LLM's thinking tells its name.
    """
    messages: list[Message] = []
    last = len(turns) - 1
    for number in range(len(turns)) if numbers is None else numbers:
        messages.append({"role": "user", "content": turns[number].shown})
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
