"""Records for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from feedback.records import Choice, Comparison, CompletionRecord, DecisionRecord, Vote

PROMPT = "Which of these two rivers is longer?"
LEFT, RIGHT = "The first one, by far.", "They are equally long."


def comparison(**changes: Any) -> Comparison:
    """A comparison of a cheap and a dear answer, with one router's decision."""
    decision = DecisionRecord(
        router="knn",
        version="1-abc",
        route="strong",
        llm="dear",
        p_strong=0.75,
        threshold=0.5,
        confidence=0.75,
        distribution={"weak": 0.25, "strong": 0.75},
        latency_ms=1.5,
        estimated_cost_usd=Decimal("0.0001"),
    )
    answers = (
        CompletionRecord(
            position=0,
            llm="cheap",
            answered_by="cheap-2026",
            text=LEFT,
            input_tokens=9,
            output_tokens=6,
            tokens_counted=False,
            cost_usd=Decimal("0.0000000375"),
            first_token_ms=120.5,
            total_ms=640.0,
        ),
        CompletionRecord(position=1, llm="dear", text=RIGHT, cost_usd=Decimal("0.000123")),
    )
    fields: dict[str, Any] = {
        "author": "session-1",
        "prompt": PROMPT,
        "consent": False,
        "pool": {"weak": "cheap", "strong": "dear"},
        "router": "knn",
        "decisions": (decision,),
        "completions": answers,
        "blind": True,
    }
    return Comparison(**(fields | changes))


def vote(compared: Comparison, choice: Choice = "left", **changes: Any) -> Vote:
    """A vote on the first two answers."""
    left, right = compared.completions[:2]
    fields: dict[str, Any] = {"author": compared.author, "choice": choice, "left": left.id, "right": right.id}
    return Vote(comparison=compared.id, turn=compared.turn, **(fields | changes))
