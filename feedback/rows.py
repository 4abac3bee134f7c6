"""Records as rows of the tables: what may be kept is kept, of the rest the hash and the length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from errors import BadInputError
from feedback.columns import storable
from feedback.records import Comparison, CompletionRecord, DecisionRecord, Vote
from feedback.tables import ID, NAME

Row = dict[str, Any]
PAGE = "compare"
_ID_CHARACTERS = ID - 16
"""The column also holds a turn."""


def request_id(comparison: str, turn: int) -> str:
    """Key of one turn of a comparison."""
    return f"{_id(comparison)}:{turn}"


def request_row(comparison: Comparison) -> Row:
    """The turn itself, without its prompt."""
    return {
        "id": request_id(comparison.id, comparison.turn),
        "page": PAGE,
        "comparison_id": _id(comparison.id),
        "turn": comparison.turn,
        "author": storable(comparison.author, NAME),
        "prompt_sha256": sha256(comparison.prompt),
        "prompt_characters": len(comparison.prompt),
        "attachment": comparison.attachment,
        "temperature": comparison.temperature,
        "pool": dict(comparison.pool),
        "router": storable(comparison.router, NAME),
        "blind": comparison.blind,
        "consent": comparison.consent,
        "created_at": comparison.created_at,
    }


def decision_row(decision: DecisionRecord, request: str) -> Row:
    """A router's decision on a request."""
    return {
        "request_id": request,
        "router": storable(decision.router, NAME),
        "version": storable(decision.version, ID),
        "route": storable(decision.route, NAME),
        "llm": storable(decision.llm, NAME),
        "p_strong": decision.p_strong,
        "threshold": decision.threshold,
        "confidence": decision.confidence,
        "distribution": dict(decision.distribution),
        "latency_ms": decision.latency_ms,
        "estimated_cost_usd": decision.estimated_cost_usd,
    }


def completion_row(completion: CompletionRecord, request: str) -> Row:
    """An answer to a request, without its text."""
    return {
        "id": _id(completion.id),
        "request_id": request,
        "position": completion.position,
        "llm": storable(completion.llm, NAME),
        "answered_by": storable(completion.answered_by, NAME),
        "answer_sha256": sha256(completion.text),
        "answer_characters": len(completion.text),
        "stop": completion.stop,
        "failure": storable(completion.failure, NAME),
        "input_tokens": completion.input_tokens,
        "output_tokens": completion.output_tokens,
        "reasoning_tokens": completion.reasoning_tokens,
        "tokens_counted": completion.tokens_counted,
        "cost_usd": completion.cost_usd,
        "price_as_of": completion.price_as_of,
        "first_token_ms": completion.first_token_ms,
        "total_ms": completion.total_ms,
        "attempts": completion.attempts,
        "from_cache": completion.from_cache,
        "created_at": completion.created_at,
    }


def vote_row(vote: Vote) -> Row:
    """A vote on a request."""
    return {
        "request_id": request_id(vote.comparison, vote.turn),
        "author": storable(vote.author, NAME),
        "choice": vote.choice,
        "left_id": _id(vote.left),
        "right_id": _id(vote.right),
        "created_at": vote.created_at,
    }


def text_rows(comparison: Comparison) -> list[Row]:
    """Prompt and answers, if their author consented; nothing else."""
    if not comparison.consent:
        return []
    texts = (comparison.prompt, *(completion.text for completion in comparison.completions))
    return list(_texts(texts, storable(comparison.author, NAME), comparison.created_at))


def _texts(texts: Iterable[str], author: str, created_at: datetime) -> Iterator[Row]:
    # In order, so that two that save the same texts at the same time do not wait for each other in a circle.
    for digest, text in sorted({sha256(text): text for text in texts if text}.items()):
        yield {"sha256": digest, "author": author, "text": storable(text), "created_at": created_at}


def sha256(text: str) -> str:
    """Hash of a text as it is kept, in hexadecimal."""
    return hashlib.sha256(storable(text).encode()).hexdigest()


def _id(text: str) -> str:
    if not 0 < len(text) <= _ID_CHARACTERS or storable(text) != text:
        raise BadInputError("An id of this comparison is not valid.", "Compare again and vote then.")
    return text
