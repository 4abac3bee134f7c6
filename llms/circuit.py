"""Circuit breakers: a provider that keeps failing is left alone for a while, and then tried by one request.

Source: M. Nygard, Release It!, chapter 5 (circuit breaker: closed, open, half-open).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from llms.failures import ProviderError

FAILURES_TO_OPEN = 5
COOL_DOWN_S = 30.0
_MAX_CIRCUITS = 256


class Circuit:
    """One provider's breaker; used from one thread at a time, so without a lock.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probed = False

    @property
    def wait_s(self) -> float:
        """How long nobody may ask yet; 0 while it is closed, or when it is time for a probe."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + COOL_DOWN_S - self._clock())

    def refuses(self, who: str) -> ProviderError | None:
        """Why the provider is not asked now; None if it may be."""
        if self._opened_at is None or (self.wait_s == 0 and not self._probed):
            return None
        again = f"Try again in {self.wait_s:,.0f} s" if self.wait_s else "Try again when one request has got through"
        return ProviderError("paused", f"{who} has failed {self._failures} times in a row.", f"{again}.")

    def begin(self) -> bool:
        """A request is sent; says whether it is the probe of an open breaker, which no other may follow."""
        if self._opened_at is None:
            return False
        self._probed = True
        return True

    def end(self, *, probe: bool, failed: bool | None) -> None:
        """A request has ended.

        Args:
            probe: What `begin` said.
            failed: Whether the provider is to blame for a failure; None where it says nothing about the provider.
        """
        if probe:
            self._probed = False
        if failed is None:
            return
        if not failed:
            self._failures, self._opened_at = 0, None
            return
        self._failures += 1
        if probe or self._failures >= FAILURES_TO_OPEN:
            self._opened_at = self._clock()


class Circuits:
    """The breakers of all providers; the longest unused are forgotten, as users bring their own addresses."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_address: OrderedDict[str, Circuit] = OrderedDict()

    def __getitem__(self, address: str) -> Circuit:
        """The breaker of the provider at an address."""
        circuit = self._by_address.setdefault(address, Circuit(self._clock))
        self._by_address.move_to_end(address)
        if len(self._by_address) > _MAX_CIRCUITS:
            self._by_address.popitem(last=False)
        return circuit
