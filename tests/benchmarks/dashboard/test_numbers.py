"""One benchmark's numbers: what is remembered, and for how long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchmarks.dashboard import numbers as module
from benchmarks.dashboard.interactions import made_up


def test_a_result_is_computed_once_for_many_threads() -> None:
    numbers, calls, ready = made_up(50, 1), [], threading.Barrier(6)

    def compute() -> int:
        calls.append(1)
        return 7

    def ask(_: int) -> int:
        ready.wait()
        return numbers.remember("seven", compute)

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(ask, range(6))) == [7] * 6
    assert len(calls) == 1


def test_the_oldest_result_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "N_MEMOS", 3)
    numbers = made_up(50, 1)
    for key in range(5):
        numbers.remember(key, lambda key=key: key)  # type: ignore[misc]
    assert numbers.remember(4, lambda: -1) == 4
    assert numbers.remember(0, lambda: -1) == -1, "forgotten, so computed again"


def test_an_error_is_not_remembered() -> None:
    numbers = made_up(50, 1)

    def fail() -> int:
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        numbers.remember("key", fail)
    assert numbers.remember("key", lambda: 3) == 3


def test_a_part_has_resamples_of_its_own_questions() -> None:
    numbers = made_up(200, 1)
    part = numbers.take(np.arange(200) < 40)
    assert part.draws.counts(np.ones(40, dtype=bool)).shape == (1000, 40)
    assert numbers.draws.counts(np.ones(200, dtype=bool)).shape == (1000, 200)
