"""The measurement of streaming overhead measures: a delay that is put in comes out."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from benchmarks import stream_overhead
from benchmarks.stream_overhead import Asked, Timing, _cells, timed
from llms.keys import Keys


def asked(*, stamped: bool) -> Asked:
    return Asked("", "", "clock", "clock", Keys(), 10, stamped)


async def stamps(first_s: float, delay_s: float) -> AsyncIterator[str]:
    """An answer whose chunks are handed out some time after they were sent."""
    await asyncio.sleep(first_s)
    text = ""
    for _ in range(10):
        text += f"{time.monotonic()!r} "
        await asyncio.sleep(delay_s)
        yield text


def test_delays_are_measured() -> None:
    timing = asyncio.run(timed(asked(stamped=True), lambda: stamps(0.05, 0.02)))
    assert 60 <= timing.first_ms <= 400
    assert 15 <= timing.chunk_ms <= 200
    unstamped = asyncio.run(timed(asked(stamped=False), lambda: stamps(0.0, 0.02)))
    assert 15 <= unstamped.chunk_ms <= 200


def test_what_the_app_adds_is_paired() -> None:
    bare = [Timing(float(first), 1.0) for first in range(10, 30)]
    app = [Timing(one.first_ms + 7, 1.5) for one in bare]
    assert _cells(bare, app, "first_ms") == "19.50 ms | +7.00 ms (+7.00 to +7.00)"
    assert _cells(bare, app, "chunk_ms") == "1.00 ms | +0.50 ms (+0.50 to +0.50)"


def test_the_whole_measurement_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["stream_overhead", "--rounds", "2", "--chunks", "5", "--every-ms", "2"])
    stream_overhead.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if "column" in line]
    assert len(rows) == 3
    assert all("nan" not in row for row in rows)
