"""Several answers from one loop: whatever has grown is handed out together, and no answer waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import suppress
from typing import TypeVar

from llms.completion import Completion

EVERY_MS = 40.0
"""Least time between two updates: 25 a second look fluent, and a page need not draw each token."""

Column = TypeVar("Column", bound=int | str)


async def side_by_side(
    streams: Mapping[Column, AsyncIterator[Completion]], *, every_ms: float = EVERY_MS
) -> AsyncGenerator[dict[Column, Completion]]:
    """The answers as they grow.

    A column's first text and its end are handed out at once; updates between them are at least `every_ms` apart.
    Closing this closes all streams, and with them the requests to the providers.

    Args:
        streams: A stream by column, as of `Completions.stream`; each is read to its end.
        every_ms: Least time between two updates, in ms.

    Yields:
        The latest completion of each column that has changed since the last time, in the order of `streams`.
    """
    latest: dict[Column, Completion] = {}
    begun: set[Column] = set()
    news, urgent = asyncio.Event(), asyncio.Event()

    async def read(column: Column, stream: AsyncIterator[Completion]) -> None:
        async for completion in stream:
            latest[column] = completion
            if completion.done or (column not in begun and (completion.text or completion.reasoning)):
                begun.add(column)
                urgent.set()
            news.set()

    def end(_: object) -> None:
        news.set()
        urgent.set()

    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(read(column, stream)) for column, stream in streams.items()]
    finished = asyncio.gather(*tasks, return_exceptions=True)
    finished.add_done_callback(end)
    next_at = loop.time()
    try:
        while not finished.done() or latest:
            await news.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_at):
                    await urgent.wait()
            if not finished.done():
                news.clear()
                urgent.clear()
            if latest:
                next_at = loop.time() + every_ms / 1000
                changed = {column: latest.pop(column) for column in streams if column in latest}
                yield changed
        for outcome in finished.result():
            if isinstance(outcome, BaseException):
                raise outcome  # a defect of one stream, which the others have survived
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
