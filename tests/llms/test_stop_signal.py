"""A stop button works from any thread, before, during and after what it stops."""

import asyncio
import threading
import time

import pytest

from llms.stop_signal import StoppedError, StopSignal


async def forever() -> None:
    await asyncio.Event().wait()


def test_stopped_before_it_begins() -> None:
    stop = StopSignal()
    stop.stop()
    with pytest.raises(StoppedError):
        asyncio.run(stop.within(None, forever))


def test_stopped_from_another_thread() -> None:
    async def wait() -> None:
        stop = StopSignal()
        threading.Timer(0.05, stop.stop).start()
        await stop.within(None, forever)

    start = time.perf_counter()
    with pytest.raises(StoppedError):
        asyncio.run(wait())
    assert time.perf_counter() - start < 2


def test_a_pause_is_stopped_too() -> None:
    async def wait() -> None:
        stop = StopSignal()
        asyncio.get_running_loop().call_later(0.02, stop.stop)
        await stop.pause(60)

    with pytest.raises(StoppedError):
        asyncio.run(wait())


def test_time_runs_out_and_results_come_through() -> None:
    async def both() -> int:
        stop = StopSignal()
        with pytest.raises(TimeoutError):
            await stop.within(asyncio.get_running_loop().time() + 0.01, forever)
        await stop.pause(0.01)

        async def seven() -> int:
            return 7

        result = await stop.within(None, seven)
        stop.stop()
        return result

    assert asyncio.run(both()) == 7


def test_stopping_when_the_loop_is_gone_does_nothing() -> None:
    stop = StopSignal()
    asyncio.run(stop.pause(0))
    stop.stop()
    assert stop.stopped
