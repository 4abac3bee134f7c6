"""Which HTTP status an error is, and what the caller may do about it by machine."""

from __future__ import annotations

import math

from errors import PlaygroundError
from llms.failures import FailureKind, ProviderError

_BY_KIND: dict[FailureKind, int] = {
    "key": 401,
    "credit": 402,
    "rate limit": 429,
    "too long": 422,
    "filter": 422,
    "no such LLM": 404,
    "request": 422,
    "provider": 502,
    "unreachable": 502,
    "too slow": 504,
    "cut off": 502,
    "nonsense": 502,
    "paused": 503,
}


class NoTokenError(PlaygroundError):
    """A request came without a token, or with one that is not known."""

    status = 401


class MissingKeyError(PlaygroundError):
    """There is no key for the provider of an LLM."""

    status = 401


class TooLargeError(PlaygroundError):
    """A body is larger than is read."""

    status = 413


class TooManyRequestsError(PlaygroundError):
    """A caller has made more requests than it may.

    Args:
        what: See `PlaygroundError`.
        mend: See `PlaygroundError`.
        retry_after_s: When it may come again.
    """

    status = 429

    def __init__(self, what: str, mend: str, retry_after_s: float) -> None:
        super().__init__(what, mend)
        self.retry_after_s = retry_after_s


def status_of(error: PlaygroundError) -> int:
    """The status under which an error is reported."""
    return _BY_KIND[error.kind] if isinstance(error, ProviderError) else error.status


def headers_of(error: PlaygroundError) -> dict[str, str]:
    """Headers that belong to an error: when to come again, and what a 401 asks for."""
    headers = {}
    wait_s = getattr(error, "retry_after_s", None)
    if wait_s is not None:
        headers["retry-after"] = str(math.ceil(wait_s))
    if status_of(error) == NoTokenError.status:
        headers["www-authenticate"] = "Bearer"
    return headers
