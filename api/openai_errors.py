"""Errors as OpenAI's clients expect them, for everything under /v1."""

from __future__ import annotations

from typing import Any

from errors import PlaygroundError
from llms.failures import FailureKind, ProviderError

PREFIX = "/v1/"
"""Where clients of OpenAI's API call."""

_CODES: dict[FailureKind, str] = {
    "key": "invalid_api_key",
    "credit": "insufficient_quota",
    "rate limit": "rate_limit_exceeded",
    "too long": "context_length_exceeded",
    "filter": "content_filter",
    "no such LLM": "model_not_found",
}
_BY_STATUS = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_TYPES = {401: "authentication_error", 402: "insufficient_quota", 404: "not_found_error", 429: "rate_limit_error"}
_SERVER_ERROR = 500
_UNPROCESSABLE = 422


def openai_status(status: int) -> int:
    """The status under which OpenAI reports it: what cannot be processed is a bad request there."""
    return 400 if status == _UNPROCESSABLE else status


def openai_error(status: int, message: str, *, error: PlaygroundError | None = None) -> dict[str, Any]:
    """The body of an error.

    Args:
        status: Its HTTP status.
        message: What happened, and how to mend it.
        error: Where it comes from, if it is one of ours.
    """
    code = _CODES.get(error.kind) if isinstance(error, ProviderError) else _BY_STATUS.get(status)
    kind = _TYPES.get(status, "api_error" if status >= _SERVER_ERROR else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
