"""Nobody may guess passwords for long: tries to sign in are counted by address and by name."""

from __future__ import annotations

import math
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from errors import PlaygroundError
from feedback.network import network_of

PER_NAME_AND_ADDRESS, PER_ADDRESS, PER_NAME = 5, 20, 30
"""Tries in a minute. Those of all addresses for one name are many, so that a stranger hardly locks anybody out."""


class TooManyTriesError(PlaygroundError):
    """Somebody has tried to sign in too often."""

    status = 429


class Throttle:
    """Counts tries. One per process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, address: str, name: str) -> None:
        """Counts a try.

        Args:
            address: Where it comes from.
            name: Whom it wants to be.

        Raises:
            TooManyTriesError: It is one too many; the message says when to try again.
        """
        name, network = _short(name), network_of(address)
        for most, key in (
            (PER_ADDRESS, ("address", network)),
            # Before the name: what one address tries too often must not use up the tries of everybody for that name.
            (PER_NAME_AND_ADDRESS, ("both", f"{network} {name}")),
            (PER_NAME, ("name", name)),
        ):
            limit = RateLimitItemPerMinute(most)
            if not self._limiter.hit(limit, *key):
                wait_s = max(1, math.ceil(self._limiter.get_window_stats(limit, *key).reset_time - time()))
                raise TooManyTriesError("There were too many tries to sign in.", f"Try again in {wait_s} s.")

    def forget(self, address: str, name: str) -> None:
        """The right password: what this address has tried for this name counts no more."""
        self._limiter.clear(
            RateLimitItemPerMinute(PER_NAME_AND_ADDRESS), "both", f"{network_of(address)} {_short(name)}"
        )


def _short(name: str) -> str:
    return name.lower()[:40]
