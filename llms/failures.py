"""Every way in which a provider can fail, put into words that say what happened and how to mend it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from errors import UnavailableError

FailureKind = Literal[
    "key",
    "credit",
    "rate limit",
    "too long",
    "filter",
    "no such LLM",
    "request",
    "provider",
    "unreachable",
    "too slow",
    "cut off",
    "nonsense",
    "paused",
]
"""Wrong key, no credit, rate limit, prompt too long, content filter, LLM not served, request refused, provider's own
error, no connection, out of time before the first token, broken off after it, something that is no answer, and a
provider that is left alone for a while because it kept failing."""

AGAIN = "Try again in a moment."
ASK_AGAIN = "Ask again for a whole answer."
_RETRYABLE = {408, 409, 429, 500, 502, 503, 504, 529}
_QUOTE_CHARACTERS = 200
_KEY_WINDOW = 6
_READ_CHARACTERS = 10_000
_DAY_S = 86_400.0

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|(context|model).{0,20}length is|prompt is too long|reduce the length"
    r"|input token count|max_new_tokens|too large for model|context window|context size"
)
_CREDIT = re.compile(
    r"insufficient_quota|insufficient[ _](balance|credit|fund)|credit balance|billing_hard_limit|out of credit"
    r"|exceeded your monthly|payment required"
)
_FILTER = re.compile(r"content_filter|content_policy|content management policy|moderation|flagged|safety system")
_KEY = re.compile(r"api[ _]key not valid|invalid[ _]api[ _]key|api_key_invalid|incorrect api key")

logger = logging.getLogger(__name__)


class ProviderError(UnavailableError):
    """A provider did not answer as it should.

    Args:
        kind: What went wrong.
        what: See `PlaygroundError`.
        mend: See `PlaygroundError`.
        retryable: Whether asking again is safe and may help, as long as no text has come.
        retry_after_s: How long the provider asks to be left alone; None if it does not say.
    """

    def __init__(
        self,
        kind: FailureKind,
        what: str,
        mend: str = AGAIN,
        *,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what, mend)
        self.kind = kind
        self.retryable = retryable
        self.retry_after_s = retry_after_s

    @property
    def provider_fault(self) -> bool:
        """Whether it says something about the provider's health, not about the request, the key or the account."""
        return self.kind in {"provider", "unreachable", "too slow", "cut off", "nonsense"}


def refusal(
    who: str, status: int, body: object = None, *, secret: str = "", wait_s: float | None = None
) -> ProviderError:
    """What an HTTP status from 300 on means.

    Args:
        who: Name of the provider.
        status: The status.
        body: The answer, as JSON if it was any; its text decides where statuses are ambiguous.
        secret: The key, which must not be quoted.
        wait_s: What `Retry-After` says.
    """
    logger.warning("%s answered with status %d", who, status)
    said = _said(body)
    kind = _kind(status, f"{_code(body)} {said}".lower())
    what, mend = _words(who, kind, status, _quotable(said, secret))
    if kind == "rate limit" and wait_s:
        mend = f"Try again in {wait_s:,.0f} s." if wait_s < _DAY_S else "Try again tomorrow, or choose another LLM."
    retryable = status in _RETRYABLE and kind in {"rate limit", "provider"}
    return ProviderError(kind, what, mend, retryable=retryable, retry_after_s=wait_s)


def unreadable(who: str, found: str = "") -> ProviderError:
    """The answer is no answer; `found` says how it came instead."""
    return ProviderError("nonsense", f"{who} answered {found or 'nothing that can be read'}.", AGAIN)


def unreachable(who: str, within_s: float | None = None, *, own: bool = False) -> ProviderError:
    """There is no connection.

    Args:
        who: Name of the provider.
        within_s: The time after which waiting for one ended; None where it was refused at once.
        own: Whether it is a user's own endpoint, whose address may be mistyped.
    """
    tail = f" within {within_s:g} s" if within_s is not None else ""
    mend = "Check that its server runs, and its address: remove it and add it anew." if own else "Check the network."
    return ProviderError("unreachable", f"{who} cannot be reached{tail}.", mend, retryable=True)


def too_slow(who: str, seconds: float) -> ProviderError:
    """Nothing came in time."""
    return ProviderError("too slow", f"{who} did not answer within {seconds:g} s.", AGAIN)


def in_the_middle(failure: ProviderError, who: str) -> ProviderError:
    """The same failure where a part of the answer has come."""
    if failure.kind == "cut off":
        return failure
    what = f"The connection to {who} broke" if failure.kind == "unreachable" else failure.what.rstrip(".")
    return ProviderError("cut off", f"{what} in the middle of the answer.", ASK_AGAIN)


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that a provider asks to be left alone, at most a day; None where it does not say.

    Args:
        headers: Of its answer.
        now: The time; None takes the clock's.

    Source:
        RFC 9110, section 10.2.3: seconds or a date. Some providers send fractions of seconds.
    """
    text = headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return min(float(text), _DAY_S)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - (now or datetime.now(UTC))).total_seconds()), _DAY_S)


def _kind(status: int, said: str) -> FailureKind:
    if status < 400:
        return "nonsense"
    if status >= 500:
        return "provider"
    if status == 402 or _CREDIT.search(said):
        return "credit"
    if status == 413 or _TOO_LONG.search(said):
        return "too long"
    if status == 401 or (status == 400 and _KEY.search(said)):
        return "key"
    if _FILTER.search(said):
        return "filter"
    by_status: dict[int, FailureKind] = {403: "key", 404: "no such LLM", 408: "provider", 409: "provider"}
    return "rate limit" if status == 429 else by_status.get(status, "request")


def _words(who: str, kind: FailureKind, status: int, said: str) -> tuple[str, str]:
    texts: dict[FailureKind, tuple[str, str]] = {
        "key": (f"{who} refused the key.", "Check the key, and what it may be used for."),
        "credit": (f"The account at {who} has no credit left.", f"Add credit at {who}, or choose another LLM."),
        "rate limit": (f"{who} has too many requests from this key at the moment.", "Wait a minute and try again."),
        "too long": (f"The prompt is too long for this LLM of {who}.", "Shorten it, or choose an LLM that reads more."),
        "filter": (f"The content filter of {who} refused the prompt.", "Rephrase it, or choose another LLM."),
        "no such LLM": (f"{who} does not serve this LLM.", "Check its name, and that the key may use it."),
        "nonsense": (f"{who} redirected the request to another address.", "Enter the address it really has."),
        "provider": (f"{who} failed with status {status}.", AGAIN),
    }
    what = f"{who} refused the request with status {status}{f', saying: “{said}”' if said else '.'}"
    return texts.get(kind, (what, "Change the request, or choose another LLM."))


def _error_of(body: object) -> Mapping[str, Any]:
    if isinstance(body, list) and body:  # Google wraps its errors in a list
        body = body[0]
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else {"message": inner if isinstance(inner, str) else ""}


def _said(body: object) -> str:
    error = _error_of(body)
    said = error.get("message") or error.get("detail") or ""
    return " ".join(said[:_READ_CHARACTERS].split()) if isinstance(said, str) else ""


def _code(body: object) -> str:
    error = _error_of(body)
    codes = (error.get(name) for name in ("code", "type", "status"))
    return " ".join(str(code)[:_READ_CHARACTERS] for code in codes if isinstance(code, str | int))


def _quotable(said: str, secret: str) -> str:
    """The provider's own words, unless they hold a part of the key."""
    windows = (secret[start : start + _KEY_WINDOW] for start in range(max(1, len(secret) - _KEY_WINDOW + 1)))
    if secret and any(window in said for window in windows):
        return ""
    visible = "".join(character for character in said if character.isprintable())
    return visible[:_QUOTE_CHARACTERS] + ("…" if len(visible) > _QUOTE_CHARACTERS else "")
