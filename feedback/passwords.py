"""Passwords, kept as scrypt hashes (RFC 7914): slow to guess, each with a salt of its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

SCHEME = "scrypt"
LOG2_N, R, P = 15, 8, 3
"""Work: about a tenth of a second and 32 MiB for one try, as OWASP's Password Storage Cheat Sheet advises."""

_MOST_LOG2_N, _MOST_R, _MOST_P = 20, 16, 16
_MEMORY_PER_BLOCK = 128
_SALT_BYTES, _HASH_BYTES = 16, 32


def hash_password(password: str) -> str:
    """What is kept of a password: scheme, work, salt and hash with dollar signs between."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _scrypt(password, salt, LOG2_N, R, P)
    return "$".join((SCHEME, str(LOG2_N), str(R), str(P), _text(salt), _text(digest)))


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one behind a hash; compares in constant time, and takes as long as `hash_password`.

    Args:
        password: What somebody typed.
        kept: What `hash_password` gave; anything else matches nothing.
    """
    parsed = _parsed(kept)
    if parsed is None:
        return False
    log2_n, r, p, salt, digest = parsed
    return hmac.compare_digest(_scrypt(password, salt, log2_n, r, p), digest)


def is_hash(kept: str) -> bool:
    """Whether a text is a hash that `hash_password` could have given."""
    return _parsed(kept) is not None


def _scrypt(password: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    memory = _MEMORY_PER_BLOCK * r * (2**log2_n + p + 2)
    return hashlib.scrypt(
        password.encode("utf-8", "replace"), salt=salt, n=2**log2_n, r=r, p=p, maxmem=memory, dklen=_HASH_BYTES
    )


def _parsed(kept: str) -> tuple[int, int, int, bytes, bytes] | None:
    scheme, _, rest = kept.partition("$")
    parts = rest.split("$")
    if scheme != SCHEME or len(parts) != 5 or not all(part.isdecimal() and len(part) <= 3 for part in parts[:3]):
        return None
    log2_n, r, p = (int(part) for part in parts[:3])
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in parts[3:])
    except binascii.Error:
        return None
    fits = 0 < log2_n <= _MOST_LOG2_N and 0 < r <= _MOST_R and 0 < p <= _MOST_P and len(digest) == _HASH_BYTES
    return (log2_n, r, p, salt, digest) if fits else None


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
