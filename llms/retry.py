"""When a request is sent again, and how long to wait before: only where no text has come and asking again is safe."""

from __future__ import annotations

from random import Random

from llms.failures import ProviderError

MAX_ATTEMPTS = 3
LONGEST_WAIT_S = 20.0
"""A provider that asks for more is not asked again: the user is told how long it wants to be left alone."""

_FIRST_WAIT_S = 0.5
_GROWTH = 3.0


def wait_before_retry_s(failure: ProviderError, attempts: int, random: Random) -> float | None:
    """How long to wait before the request is sent again; None if it should not be.

    Without a word of the provider, waits grow exponentially, and half of each is left to chance, so that those who
    failed together do not come back together.

    Args:
        failure: How the last attempt failed.
        attempts: How many there have been, from 1.
        random: Source of chance.

    Source:
        AWS Architecture Blog, Exponential Backoff And Jitter ("equal jitter").
    """
    if not failure.retryable or attempts >= MAX_ATTEMPTS:
        return None
    if failure.retry_after_s is not None:
        return failure.retry_after_s if failure.retry_after_s <= LONGEST_WAIT_S else None
    return _FIRST_WAIT_S * _GROWTH ** (attempts - 1) * (0.5 + random.random() / 2)
