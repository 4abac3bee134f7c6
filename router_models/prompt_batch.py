"""A batch of prompts whose shared features (tokens, embeddings) are computed once, and charged to every user."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, overload

T = TypeVar("T")


@dataclass
class Meter:
    """Time spent in one block of code: its own, and the shared features it used.

    `elapsed_ms` is wall time, of which `waiting_ms` went into fetching or computing shared features.
    `used` names all features the block depended on, nested ones included.
    """

    elapsed_ms: float = 0.0
    waiting_ms: float = 0.0
    used: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Feature:
    value: object
    own_ms: float
    needs: frozenset[str]


class Metered:
    """A block that is measured.

    Args:
        stack: The meters of this thread's open blocks, outermost first.
    """

    def __init__(self, stack: list[Meter]) -> None:
        self._stack = stack

    def __enter__(self) -> Meter:
        """Starts the clock."""
        meter = Meter()
        self._stack.append(meter)
        self._start = time.perf_counter()
        return meter

    def __exit__(self, *_: object) -> None:
        """Stops the clock."""
        self._stack.pop().elapsed_ms = (time.perf_counter() - self._start) * 1000


class PromptBatch(Sequence[str]):
    """Prompts with a memo of what several routers need of them.

    The first router that asks for a feature computes it, the others get the memo; yet each router's latency
    counts the feature in full, because alone it would have had to compute it. Safe to use from several threads.

    Args:
        prompts: The texts, already validated.
    """

    def __init__(self, prompts: Sequence[str]) -> None:
        self._prompts = tuple(prompts)
        self._features: dict[str, _Feature] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._meters = threading.local()

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._prompts[index]

    def __len__(self) -> int:
        return len(self._prompts)

    def feature(self, key: str, compute: Callable[[], T]) -> T:
        """Returns the feature `key`, computing it on first use; `compute` may ask for other features."""
        stack = self._stack()
        start = time.perf_counter()
        known = self._features.get(key)
        if known is None:
            with self._lock_of(key):
                known = self._features.get(key)
                if known is None:
                    with self.metered() as meter:
                        value = compute()
                    own_ms = meter.elapsed_ms - meter.waiting_ms
                    known = self._features[key] = _Feature(value, own_ms, frozenset(meter.used))
        if stack:
            outer = stack[-1]
            outer.waiting_ms += (time.perf_counter() - start) * 1000
            outer.used.add(key)
            outer.used |= known.needs
        return known.value  # type: ignore[return-value]  # the memo keeps what `compute` returned for this key

    def _lock_of(self, key: str) -> threading.RLock:
        return self._locks.get(key) or self._locks.setdefault(key, threading.RLock())

    def metered(self) -> Metered:
        """Measures a block on this thread; read the meter after the block."""
        return Metered(self._stack())

    def latency_ms(self, meter: Meter) -> float:
        """What the metered block would have taken alone: its own time plus every shared feature it used, in ms."""
        shared_ms = sum(self._features[key].own_ms for key in meter.used)
        return meter.elapsed_ms - meter.waiting_ms + shared_ms

    def feature_ms(self, key: str) -> float:
        """Own time of a feature in ms, 0 if nobody asked for it."""
        known = self._features.get(key)
        return known.own_ms if known else 0.0

    def _stack(self) -> list[Meter]:
        stack: list[Meter] | None = getattr(self._meters, "stack", None)
        if stack is None:
            stack = self._meters.stack = []
        return stack
