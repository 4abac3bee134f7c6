"""Asks an LLM for one of several labels, and reads the probability of each from token log-probabilities.

The answer is JSON, `{"<field>": "<label>", "reason": "…"}`, so that a provider that knows schemas cannot leave the
labels. The label's first token decides: its alternatives that begin exactly one label are counted for that label, and
what remains is renormalised. An answer outside the labels is an error, never a guess.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from errors import UnavailableError
from llms.chat import Message, complete
from llms.providers import Connection

SHORTEST_BEGINNING = 2
"""Letters that a token must share with a label: single letters begin too many other words."""

REASON_TOKENS = 28
REASON_CHARACTERS = 140
ANSWER_TOKENS = 120
UNSEEN = 1e-6
"""Share left to a label whose beginning is not among the stated alternatives."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        messages: Instructions and examples, then the user's turn.
        field: Name of the JSON field that holds the label.
        labels: The labels allowed, no two with the same beginning of a whole word.
    """

    messages: tuple[Message, ...]
    field: str
    labels: tuple[str, ...]

    @property
    def opening(self) -> str:
        """The answer up to its label."""
        return f'{{"{self.field}": "'


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        probabilities: By label, in the question's order; sum to 1.
        label: The LLM's own label.
        reason: Its stated reason; '' where it has not been asked yet.
        took_ms: How long the label took; a remembered answer keeps it.
    """

    probabilities: dict[str, float]
    label: str
    reason: str = ""
    took_ms: float = 0.0


def ask(connection: Connection, question: Question, slot: int = 0) -> Answer:
    """Asks for the label. Where the provider continues a begun answer, the reason is left for `ask_reason`.

    Args:
        connection: The LLM.
        question: The question.
        slot: Which of the local LLM's prefix caches to use: one per kind of question.

    Raises:
        UnavailableError: The LLM does not answer, states no probabilities, or leaves the labels.
    """
    if not connection.provider.probabilities:
        raise UnavailableError(
            f"{connection.provider.title} states no token log-probabilities, so {connection.title} gives no"
            " distribution over labels.",
            "Set ROUTER_LLM to an LLM of OpenAI, or unset it to use the local LLM.",
        )
    return _ask_begun(connection, question, slot) if connection.provider.prefill else _ask_whole(connection, question)


def ask_reason(connection: Connection, question: Question, label: str, slot: int = 0) -> str:
    """Why the LLM says that a label fits, in its own words; for providers that continue a begun answer.

    Raises:
        UnavailableError: The LLM does not answer.
    """
    begun = f'{question.opening}{label}", "reason": "'
    messages = (*question.messages, Message("assistant", begun))
    choice = complete(
        connection, messages, max_tokens=REASON_TOKENS, slot=slot, stop=['"', "\n"], frequency_penalty=1.0
    )
    return tidy(choice["message"]["content"].removeprefix(begun))


def tidy(reason: str) -> str:
    """A reason as one clause: no line breaks, no full stop, cut at a word."""
    text = " ".join(reason.split())
    if len(text) > REASON_CHARACTERS:
        text = text[:REASON_CHARACTERS].rpartition(" ")[0] + " …"
    return text.strip(' ."')


def label_shares(alternatives: Mapping[str, float], labels: Sequence[str]) -> dict[str, float]:
    """Probability of each label from a token's alternatives.

    Args:
        alternatives: Log-probability by token text.
        labels: The labels.

    Returns:
        By label, summing to 1.

    Raises:
        UnavailableError: No alternative begins a label.
    """
    mass = dict.fromkeys(labels, 0.0)
    for token, log_probability in alternatives.items():
        begun = [label for label in labels if begins(token, label)]
        if len(begun) == 1:
            mass[begun[0]] += math.exp(log_probability)
    total = sum(mass.values())
    if total == 0.0:
        raise UnavailableError(
            f"The LLM answered outside the allowed labels: “{max(alternatives, key=lambda t: alternatives[t])[:40]}”.",
            "Try again, or choose another LLM with ROUTER_LLM.",
        )
    floored = {label: max(share / total, UNSEEN) for label, share in mass.items()}
    return {label: share / sum(floored.values()) for label, share in floored.items()}


def begins(token: str, label: str) -> bool:
    """Whether a token's text is the label or a beginning of it that is long enough to count."""
    return token == label or (len(token) >= SHORTEST_BEGINNING and label.startswith(token))


def _ask_begun(connection: Connection, question: Question, slot: int) -> Answer:
    messages = (*question.messages, Message("assistant", question.opening))
    choice = complete(connection, messages, max_tokens=1, slot=slot, probabilities=True)
    tokens = _tokens(choice)
    shares = label_shares(_alternatives(tokens[0]), question.labels)
    return Answer(shares, max(shares, key=shares.__getitem__))


def _ask_whole(connection: Connection, question: Question) -> Answer:
    choice = complete(
        connection,
        question.messages,
        max_tokens=ANSWER_TOKENS,
        probabilities=True,
        schema=_schema(question) if connection.provider.schema_ else None,
    )
    label, reason = _read(choice["message"]["content"], question)
    tokens = _tokens(choice)
    return Answer(label_shares(_alternatives(_label_token(tokens, question)), question.labels), label, reason)


def _read(content: object, question: Question) -> tuple[str, str]:
    """Label and reason of an answer in JSON, perhaps fenced as code."""
    text = content if isinstance(content, str) else ""
    try:
        fields = json.loads(text[text.index("{") : text.rindex("}") + 1])
        label = fields[question.field]
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError(
            "The LLM did not answer in the form it was asked for.", "Try again, or choose another LLM with ROUTER_LLM."
        ) from error
    if label not in question.labels:
        raise UnavailableError(
            f"The LLM answered outside the allowed labels: “{str(label)[:40]}”.",
            "Try again, or choose another LLM with ROUTER_LLM.",
        )
    return label, tidy(str(fields.get("reason", "")))


def _tokens(choice: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tokens = (choice.get("logprobs") or {}).get("content") or []
    if not tokens:
        raise UnavailableError(
            "The LLM stated no token log-probabilities.", "Choose another LLM with ROUTER_LLM, or the local one."
        )
    return list(tokens)


def _alternatives(token: Mapping[str, Any]) -> dict[str, float]:
    stated = token.get("top_logprobs") or [token]
    return {str(one["token"]): float(one["logprob"]) for one in stated}


def _label_token(tokens: Sequence[Mapping[str, Any]], question: Question) -> Mapping[str, Any]:
    """The token in which the label begins, with quotation marks in front of it cut off its alternatives."""
    written = ""
    for token in tokens:
        before, written = written, written + str(token["token"])
        at = written.find(":", written.find(f'"{question.field}"') + 1) if f'"{question.field}"' in written else -1
        value = written[at + 1 :].lstrip() if at >= 0 else ""
        if value.startswith('"') and len(value) > 1:
            glued = str(token["token"])[: len(written) - len(before) - len(value) + 1] if '"' in token["token"] else ""
            return _without(token, glued)
    raise UnavailableError(
        "The LLM's token log-probabilities do not hold its label.", "Choose another LLM with ROUTER_LLM."
    )


def _without(token: Mapping[str, Any], glued: str) -> Mapping[str, Any]:
    """The token and its alternatives without the text in front of the label."""
    stated = token.get("top_logprobs") or [token]
    kept = [{**one, "token": str(one["token"]).removeprefix(glued)} for one in stated]
    return {"top_logprobs": kept}


def _schema(question: Question) -> dict[str, object]:
    properties = {
        question.field: {"type": "string", "enum": list(question.labels)},
        "reason": {"type": "string", "description": "one short clause"},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
