"""Concurrent questions share a run; nobody waits alone, and one failing run reaches only those it was for."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.gatherer import Gatherer


class Runs:
    """A run that can be held, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[int]]] = []
        self.go = threading.Event()
        self.go.set()
        self.began = threading.Event()

    def __call__(self, lane: str, questions: Sequence[int]) -> list[int]:
        self.asked.append((lane, list(questions)))
        self.began.set()
        assert self.go.wait(10)
        if -1 in questions:
            raise ValueError("no such question")
        return [2 * question for question in questions]


def gatherer(runs: Runs, callers: int, **options: float) -> Gatherer[int, int]:
    return Gatherer(runs, ThreadPoolExecutor(2), lambda: callers, **options)  # type: ignore[arg-type]


def test_a_single_caller_never_waits_for_others() -> None:
    runs = Runs()
    asker = gatherer(runs, callers=1, wait_ms=60_000)
    assert asyncio.run(asyncio.wait_for(asker.ask("a", 3), 10)) == 6
    assert runs.asked == [("a", [3])]


def test_all_who_are_about_share_one_run() -> None:
    runs = Runs()
    asker = gatherer(runs, callers=3, wait_ms=60_000)

    async def ask() -> list[int]:
        return await asyncio.wait_for(asyncio.gather(*(asker.ask("a", number) for number in (1, 2, 3))), 10)

    assert asyncio.run(ask()) == [2, 4, 6]
    assert runs.asked == [("a", [1, 2, 3])]


def test_who_does_not_come_is_waited_for_no_longer_than_said() -> None:
    runs = Runs()
    asker = gatherer(runs, callers=64, wait_ms=2)

    async def ask() -> float:
        start = asyncio.get_running_loop().time()
        assert await asker.ask("a", 1) == 2
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(ask()) >= 0.001
    assert runs.asked == [("a", [1])]


def test_what_comes_during_a_run_makes_up_the_next_one() -> None:
    runs = Runs()
    runs.go.clear()
    asker = gatherer(runs, callers=1)

    async def ask() -> list[int]:
        first = asyncio.ensure_future(asker.ask("a", 1))
        await asyncio.to_thread(runs.began.wait, 10)
        rest = [asyncio.ensure_future(asker.ask("a", number)) for number in (2, 3, 4)]
        await asyncio.sleep(0)
        runs.go.set()
        return [await first, *await asyncio.gather(*rest)]

    assert asyncio.run(ask()) == [2, 4, 6, 8]
    assert runs.asked == [("a", [1]), ("a", [2, 3, 4])]


def test_a_run_has_no_more_than_the_largest_number() -> None:
    runs = Runs()
    asker = gatherer(runs, callers=5, largest=2)

    async def ask() -> list[int]:
        return await asyncio.gather(*(asker.ask("a", number) for number in range(5)))

    assert asyncio.run(ask()) == [0, 2, 4, 6, 8]
    assert [len(questions) for _, questions in runs.asked] == [2, 2, 1]


def test_lanes_do_not_mix() -> None:
    runs = Runs()
    asker = gatherer(runs, callers=2)

    async def ask() -> list[int]:
        return await asyncio.gather(asker.ask("a", 1), asker.ask("b", 2))

    assert asyncio.run(ask()) == [2, 4]
    assert sorted(runs.asked) == [("a", [1]), ("b", [2])]


def test_a_failing_run_fails_for_those_it_was_for() -> None:
    runs = Runs()
    asker = gatherer(runs, callers=2)

    async def ask() -> list[int | BaseException]:
        failed = await asyncio.gather(asker.ask("a", -1), asker.ask("a", 1), return_exceptions=True)
        return [*failed, *await asyncio.gather(asker.ask("a", 2), asker.ask("a", 3))]

    first, second, *rest = asyncio.run(ask())
    assert isinstance(first, ValueError)
    assert isinstance(second, ValueError)
    assert rest == [4, 6]


def test_who_has_gone_does_not_disturb_the_others() -> None:
    runs = Runs()
    runs.go.clear()
    asker = gatherer(runs, callers=2)

    async def ask() -> int:
        gone, stays = (asyncio.ensure_future(asker.ask("a", number)) for number in (1, 2))
        await asyncio.to_thread(runs.began.wait, 10)
        gone.cancel()
        runs.go.set()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(ask()) == 4
