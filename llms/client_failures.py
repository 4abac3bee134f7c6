"""Exceptions of the openai client, put into words; what they were raised from is dropped, as it may quote the key."""

from __future__ import annotations

from typing import Any

from llms.failures import ProviderError, refusal, retry_after_s, unreachable, unreadable
from llms.providers import Connection

_SERVER_ERROR = 500
_CLIENT_ERROR = 400


def failure_of(error: Exception, connection: Connection) -> ProviderError:
    """A failure in words.

    Args:
        error: What the client raised: an `openai.OpenAIError`, or another where an answer is too much or no JSON.
        connection: Who was asked.
    """
    import openai
    from httpx2 import ConnectTimeout

    from llms.bounds import UnboundedError

    who, key = connection.who, connection.key.get_secret_value() if connection.key else ""
    if isinstance(error, openai.APITimeoutError):  # the only time-out that the client has itself
        seconds = _connect_timeout_s(error.request) if isinstance(error.__cause__, ConnectTimeout) else None
        return unreachable(who, seconds, own=connection.guarded)
    if isinstance(error, openai.APIConnectionError):
        return unreachable(who, own=connection.guarded)
    if isinstance(error, openai.APIStatusError):
        headers = error.response.headers
        return refusal(who, error.status_code, error.body, secret=key, wait_s=retry_after_s(headers))
    if isinstance(error, openai.APIError):  # an error that was sent as a chunk
        return refusal(who, _status_of(error.code or ""), error.body, secret=key)
    return unreadable(who, str(error) if isinstance(error, UnboundedError) else "")


def _connect_timeout_s(request: Any) -> float | None:  # noqa: ANN401  a request of httpx2
    seconds = request.extensions.get("timeout", {}).get("connect")
    return float(seconds) if isinstance(seconds, int | float) else None


def _status_of(code: str) -> int:
    """The status that an error in a stream carries as its code; without one the provider failed."""
    status = int(code) if code.isdecimal() and len(code) == len("500") else 0
    return status if status >= _CLIENT_ERROR else _SERVER_ERROR
