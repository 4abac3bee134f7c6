"""Waits before a retry grow, are left half to chance, and heed the provider."""

from random import Random

import pytest

from llms.failures import ProviderError
from llms.retry import LONGEST_WAIT_S, MAX_ATTEMPTS, wait_before_retry_s


def failure(*, retryable: bool = True, retry_after_s: float | None = None) -> ProviderError:
    return ProviderError("provider", "It failed.", retryable=retryable, retry_after_s=retry_after_s)


def test_waits_grow_within_their_bounds() -> None:
    first, second = ([wait_before_retry_s(failure(), n, Random(seed)) for seed in range(200)] for n in (1, 2))
    assert all(wait is not None and 0.25 <= wait <= 0.5 for wait in first)
    assert all(wait is not None and 0.75 <= wait <= 1.5 for wait in second)
    assert len(set(first)) > 100


@pytest.mark.parametrize(
    ("said", "wait"), [(0.0, 0.0), (3.0, 3.0), (LONGEST_WAIT_S, LONGEST_WAIT_S), (LONGEST_WAIT_S + 1, None)]
)
def test_the_provider_s_word_counts(said: float, wait: float | None) -> None:
    assert wait_before_retry_s(failure(retry_after_s=said), 1, Random(0)) == wait


def test_when_nothing_is_sent_again() -> None:
    assert wait_before_retry_s(failure(retryable=False), 1, Random(0)) is None
    assert wait_before_retry_s(failure(), MAX_ATTEMPTS, Random(0)) is None
