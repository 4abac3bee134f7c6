"""Columns stream at the same time from one loop; one that fails, stops or stalls leaves the others alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest
from llms.completion import Completion
from llms.completions import Completions
from llms.keys import Keys
from llms.side_by_side import side_by_side
from llms.stop_signal import StopSignal
from tests.llms.asking import QUESTION, completions_for
from tests.llms.misbehaving import Misbehaving, text_of

Update = dict[int, Completion]


def stream(completions: Completions, llm: str = "gpt-4.1", stop: StopSignal | None = None) -> AsyncIterator[Completion]:
    return completions.stream(ChatRequest(llm, QUESTION), Keys(), stop=stop)


def run(updates: AsyncIterator[Update]) -> list[Update]:
    async def collect() -> list[Update]:
        return [update async for update in updates]

    return asyncio.run(collect())


def last_of(updates: list[Update], column: int) -> Completion:
    return next(update[column] for update in reversed(updates) if column in update)


def test_two_columns_stream_at_the_same_time(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(words=12, every_ms=20)
    completions = completions_for(server, catalogue)
    updates = run(side_by_side({0: stream(completions), 1: stream(completions, "gpt-4.1-nano")}))
    assert {column for update in updates for column in update} == {0, 1}
    assert [last_of(updates, column).text for column in (0, 1)] == [text_of(12)] * 2
    left, right = (asked.said for asked in server.requests)
    assert max(left[0], right[0]) < min(left[-1], right[-1]), "each began before the other ended"


def test_updates_are_coalesced_but_neither_the_first_token_nor_the_end_waits() -> None:
    async def quick(words: int) -> AsyncIterator[Completion]:
        for count in range(words):
            yield Completion("a", text="x" * (count + 1))
            await asyncio.sleep(0.002)
        yield Completion("a", text="x" * words, stop="stop")

    async def timed() -> tuple[list[float], list[Update]]:
        start, times, updates = time.perf_counter(), [], []
        async for update in side_by_side({7: quick(50)}, every_ms=1_000):
            times.append(time.perf_counter() - start)
            updates.append(update)
        return times, updates

    times, updates = asyncio.run(timed())
    assert len(updates) == 2
    assert len(updates[0][7].text) < 10
    assert times[-1] < 0.9, "the end waits for no update"
    assert updates[-1][7].stop == "stop"


def test_one_that_fails_leaves_the_others(server: Misbehaving, catalogue: Catalogue) -> None:
    completions = completions_for(server, catalogue, openai_api_key=None)
    updates = run(side_by_side({0: stream(completions), 1: stream(completions, "llama-3.1-8b")}))
    assert last_of(updates, 0).stop == "failed"
    assert last_of(updates, 1).stop == "stop"


def test_a_defect_of_one_stream_is_raised_when_the_others_have_ended() -> None:
    async def broken() -> AsyncIterator[Completion]:
        yield Completion("a", text="x")
        raise ZeroDivisionError

    async def sound() -> AsyncIterator[Completion]:
        await asyncio.sleep(0.05)
        yield Completion("b", text="y", stop="stop")

    seen: list[Update] = []

    async def collect() -> None:
        async for update in side_by_side({0: broken(), 1: sound()}):
            seen.append(update)  # noqa: PERF401  a list that is built at once would be lost

    with pytest.raises(ZeroDivisionError):
        asyncio.run(collect())
    assert last_of(seen, 1).stop == "stop"


def test_stopping_one_column_keeps_what_it_said_and_leaves_the_other(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(words=8, hold_after=4)
    completions = completions_for(server, catalogue)
    stops = {0: StopSignal(), 1: StopSignal()}

    async def watch() -> list[Update]:
        seen: list[Update] = []
        streams = {column: stream(completions, stop=stop) for column, stop in stops.items()}
        async for update in side_by_side(streams, every_ms=1):
            seen.append(update)
            texts = [last_of(seen, column).text for column in (0, 1) if any(column in one for one in seen)]
            if texts == [text_of(4)] * 2:
                await asyncio.to_thread(stops[0].stop)  # as from a page's own thread
            if any(one.stop == "stopped" for one in update.values()):
                await asyncio.to_thread(server.requests[0].gone.wait, 5)
                server.release()
        return seen

    updates = asyncio.run(watch())
    assert last_of(updates, 0).stop == "stopped"
    assert last_of(updates, 0).text == text_of(4)
    usage = last_of(updates, 0).usage
    assert usage is not None
    assert usage.counted
    assert (last_of(updates, 1).stop, last_of(updates, 1).text) == ("stop", text_of(8))
    assert [asked.gone.is_set() for asked in server.requests].count(True) == 1


@pytest.mark.parametrize("how", ["close", "cancel"])
def test_who_goes_away_closes_all_requests(server: Misbehaving, catalogue: Catalogue, how: str) -> None:
    server.behave(words=8, stall_after=2)
    completions = completions_for(server, catalogue)

    async def watch(begun: asyncio.Event) -> None:
        updates = side_by_side({0: stream(completions), 1: stream(completions)})
        async with aclosing(updates):
            seen: set[int] = set()
            async for update in updates:
                seen |= set(update)
                if seen == {0, 1}:
                    begun.set()
                    if how == "close":
                        return

    async def go_away() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(watch(begun))
        await begun.wait()
        if how == "cancel":
            task.cancel()
        await asyncio.wait([task])

    asyncio.run(go_away())
    assert len(server.requests) == 2
    assert all(asked.gone.wait(5) for asked in server.requests)


def test_nothing_side_by_side_is_nothing() -> None:
    assert run(side_by_side({})) == []
