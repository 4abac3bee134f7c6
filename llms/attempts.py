"""Asks a provider, watches the clock, and asks again where that is safe."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from random import Random
from typing import Any

from llms.circuit import Circuits, Outcome
from llms.completion import Completion
from llms.draft import Draft
from llms.failures import ASK_AGAIN, ProviderError, in_the_middle, too_slow
from llms.http_clients import HttpClients
from llms.providers import Connection
from llms.retry import MAX_ATTEMPTS, wait_before_retry_s
from llms.stop_signal import StoppedError, StopSignal
from llms.stream import Piece, pieces
from settings import Settings


@dataclass(frozen=True, slots=True)
class Errand:
    """One answer to fetch.

    Attributes:
        connection: From whom.
        body: What is sent.
        stop: The user's stop button.
        deadline: When the answer must have ended, by the clock of the event loop, in seconds.
    """

    connection: Connection
    body: Mapping[str, Any]
    stop: StopSignal
    deadline: float


class Attempts:
    """Fetches answers over HTTP; shared by all of one process.

    Args:
        settings: Time-outs and allowed addresses.
        circuits: The breakers.
    """

    def __init__(self, settings: Settings, circuits: Circuits) -> None:
        self._settings = settings
        self._circuits = circuits
        self._clients = HttpClients(settings)
        self._random = Random()

    async def fetch(self, errand: Errand, draft: Draft) -> AsyncGenerator[Completion]:
        """Writes the answer into a draft; yields snapshots, the last of which has `stop` set.

        Raises:
            StoppedError: The user stopped it; the draft holds what has come.
            PlaygroundError: Nothing could be sent.
        """
        way = self._circuits.way(errand.connection)
        refused = way.refuses(errand.connection.who)
        if refused is not None:
            yield draft.failed(refused)
            return
        outcome: Outcome = "unknown"
        probes = way.begin()
        try:
            async with aclosing(self._until_answered(errand, draft)) as snapshots:
                async for snapshot in snapshots:
                    outcome = _outcome(snapshot)
                    yield snapshot
        finally:
            way.end(probes, outcome)

    async def _until_answered(self, errand: Errand, draft: Draft) -> AsyncGenerator[Completion]:
        """One attempt after the other, as long as asking again is safe and may help."""
        while True:
            failure = None
            try:
                async with aclosing(self._once(errand, draft)) as snapshots:
                    async for snapshot in snapshots:
                        yield snapshot
            except ProviderError as error:
                failure = error
            failure = failure or draft.broken_off(errand.connection.who)
            if failure is None:
                yield draft.ended()
                return
            if draft.begun:
                yield draft.ended("cut off", in_the_middle(failure, errand.connection.who))
                return
            wait_s = wait_before_retry_s(failure, draft.attempts, self._random)
            if wait_s is None or asyncio.get_running_loop().time() + wait_s > errand.deadline:
                yield draft.failed(failure)
                return
            async with aclosing(_waiting(errand, draft, failure, wait_s)) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot

    def warm_up(self) -> None:
        """See `HttpClients.warm_up`."""
        self._clients.warm_up()

    async def aclose(self) -> None:
        """Closes the connections of the running event loop."""
        await self._clients.aclose()

    async def _once(self, errand: Errand, draft: Draft) -> AsyncGenerator[Completion]:
        """One attempt."""
        connection = errand.connection
        key = connection.key.get_secret_value() if connection.key else ""
        address = connection.base_url
        if connection.local is not None:
            address, key = f"{connection.local.start()}/v1", connection.local.api_key
        client = self._clients.openai(connection, address, key)
        if errand.stop.stopped:
            raise StoppedError
        draft.send()
        async with (
            aclosing(pieces(client, errand.body, connection)) as stream,
            aclosing(self._in_time(stream, errand, draft)) as timely,
        ):
            async for piece in timely:
                if draft.add(piece):
                    yield draft.snapshot()

    async def _in_time(self, stream: AsyncGenerator[Piece], errand: Errand, draft: Draft) -> AsyncGenerator[Piece]:
        """The pieces of a stream that keeps to the time-outs."""
        loop = asyncio.get_running_loop()
        first_by = loop.time() + self._settings.first_token_timeout_s
        while True:
            next_by = loop.time() + self._settings.stall_timeout_s if draft.begun else first_by
            try:
                yield await errand.stop.within(min(next_by, errand.deadline), stream.__anext__)
            except StopAsyncIteration:
                return
            except TimeoutError:
                failure = self._late(errand.connection.who, draft, total=errand.deadline <= next_by)
                break
        raise failure

    def _late(self, who: str, draft: Draft, *, total: bool) -> ProviderError:
        seconds = self._settings.answer_timeout_s if total else self._settings.first_token_timeout_s
        if not draft.begun:
            return too_slow(who, seconds)
        if total:
            return ProviderError("cut off", f"The answer took longer than {seconds:g} s.", ASK_AGAIN)
        what = f"{who} fell silent for {self._settings.stall_timeout_s:g} s in the middle of the answer."
        return ProviderError("cut off", what, ASK_AGAIN)


def _outcome(snapshot: Completion) -> Outcome:
    """What an answer says about the way to its LLM, for the breakers."""
    if not snapshot.done:
        return "unknown"
    failure = snapshot.failure
    if not isinstance(failure, ProviderError) or not failure.provider_fault:
        return "answered"
    return "unreachable" if failure.kind == "unreachable" else "failed"


async def _waiting(errand: Errand, draft: Draft, failure: ProviderError, wait_s: float) -> AsyncGenerator[Completion]:
    """Counts the seconds down until the next attempt."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_s
    while (remaining_s := until - loop.time()) > 0:
        told = "asks to wait" if failure.retry_after_s is not None else "failed, next try in"
        seconds = math.ceil(remaining_s)
        attempt = f"attempt {draft.attempts + 1} of {MAX_ATTEMPTS}"
        yield draft.wait(f"{errand.connection.who} {told} {seconds} s ({attempt})")
        await errand.stop.pause(min(remaining_s, remaining_s - seconds + 1))
