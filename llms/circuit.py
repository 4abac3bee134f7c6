"""Circuit breakers: a provider that keeps failing is left alone for a while, and then tried by one request.

There is one for each address and one for each LLM at it: a host that cannot be reached fails for all of its LLMs, an
answer that breaks off says something about one.

Source: M. Nygard, Release It!, chapter 5 (circuit breaker: closed, open, half-open).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from llms.failures import ProviderError
from llms.providers import Connection

FAILURES_TO_OPEN = 5
COOL_DOWN_S = 30.0
_MAX_CIRCUITS = 512

Outcome = Literal["answered", "unreachable", "failed", "unknown"]
"""What an errand says about the way it took: all is well, there is no connection, the LLM is to blame, or nothing."""


class Circuit:
    """One breaker; safe to use from many threads.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probed = False

    @property
    def wait_s(self) -> float:
        """How long nobody may ask yet; 0 while it is closed, or when it is time for a probe."""
        opened_at = self._opened_at
        return 0.0 if opened_at is None else max(0.0, opened_at + COOL_DOWN_S - self._clock())

    def refuses(self, who: str) -> ProviderError | None:
        """Why the provider is not asked now; None if it may be."""
        with self._lock:
            wait_s = self.wait_s
            if self._opened_at is None or (wait_s == 0 and not self._probed):
                return None
            again = f"Try again in {wait_s:,.0f} s" if wait_s else "Try again when one request has got through"
            return ProviderError("paused", f"{who} has failed {self._failures} times in a row.", f"{again}.")

    def begin(self) -> bool:
        """An errand begins; says whether it is the probe of an open breaker, of which there is one at a time."""
        with self._lock:
            if self._opened_at is None or self._probed:
                return False
            self._probed = True
            return True

    def end(self, *, probe: bool, failed: bool | None) -> None:
        """An errand has ended.

        Args:
            probe: What `begin` said.
            failed: Whether the provider is to blame for a failure; None where it says nothing about the provider.
        """
        with self._lock:
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


@dataclass(frozen=True, slots=True)
class Way:
    """The two breakers on the way to an LLM.

    Attributes:
        address: Of the address.
        llm: Of the LLM at it.
    """

    address: Circuit
    llm: Circuit

    def refuses(self, who: str) -> ProviderError | None:
        """Why the LLM is not asked now; None if it may be."""
        return self.address.refuses(who) or self.llm.refuses(who)

    def begin(self) -> tuple[bool, bool]:
        """An errand begins; says of which of the two it is the probe."""
        return self.address.begin(), self.llm.begin()

    def end(self, probes: tuple[bool, bool], outcome: Outcome) -> None:
        """An errand has ended, with all its attempts.

        Args:
            probes: What `begin` said.
            outcome: What it says about the way.
        """
        address_failed = {"unknown": None, "unreachable": True}.get(outcome, False)
        llm_failed = {"answered": False, "failed": True}.get(outcome)
        self.address.end(probe=probes[0], failed=address_failed)
        self.llm.end(probe=probes[1], failed=llm_failed)


class Circuits:
    """All breakers, safe to use from many threads; the longest unused are forgotten, as users bring their own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_name: OrderedDict[tuple[str, ...], Circuit] = OrderedDict()

    def way(self, connection: Connection) -> Way:
        """The breakers on the way to an LLM."""
        with self._lock:
            address = self._circuit(connection.circuit)
            return Way(address, self._circuit(connection.circuit, connection.model))

    def _circuit(self, *name: str) -> Circuit:
        circuit = self._by_name.setdefault(name, Circuit(self._clock))
        self._by_name.move_to_end(name)
        if len(self._by_name) > _MAX_CIRCUITS:
            self._by_name.popitem(last=False)
        return circuit
