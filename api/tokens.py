"""Tokens of the JSON API: made once, kept as hashes, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from settings import ApiToken

PREFIX = "rp_"
_BYTES = 32


def new_token() -> str:
    """A token that nobody can guess, so that a plain hash of it is safe to keep."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def holder_of(sent: str, tokens: Sequence[ApiToken]) -> ApiToken | None:
    """Whose a token is. All are compared, in full, so that the time tells nothing.

    Args:
        sent: What came with a request.
        tokens: Those that are known.
    """
    digest, found = hash_token(sent), None
    for token in tokens:
        if hmac.compare_digest(token.sha256, digest):
            found = token
    return found
