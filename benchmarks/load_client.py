"""Clients that ask as fast as they are answered: as little work per request as possible, as they share the machine."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

_OK = b"HTTP/1.1 200"


@dataclass
class Load:
    """What some clients measured together.

    Attributes:
        seconds: How long they asked.
        latencies_ms: Time of every request that was answered with 200.
        processing_ms: What the router took for each, as the app says.
        errors: Requests that were answered otherwise, or not.
    """

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    processing_ms: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def per_second(self) -> float:
        """Answers per second, all clients together."""
        return len(self.latencies_ms) / self.seconds

    @property
    def p50_ms(self) -> float:
        """Median latency."""
        return statistics.median(self.latencies_ms)

    @property
    def p99_ms(self) -> float:
        """Latency that one request in a hundred exceeds."""
        return float(np.percentile(self.latencies_ms, 99))


async def load(
    port: int,
    path: str,
    body: Callable[[int], dict[str, object]],
    *,
    clients: int,
    seconds: float,
    host: str = "127.0.0.1",
) -> Load:
    """Keeps a number of clients asking.

    Args:
        port: Of the app.
        path: Endpoint.
        body: The body of request number n.
        clients: Connections, each with one request at a time.
        seconds: How long; every client asks at least once.
        host: Where the app listens.
    """
    found = Load()
    numbers = iter(range(10**9))
    start = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        while True:
            content = json.dumps(body(next(numbers))).encode()
            head = f"POST {path} HTTP/1.1\r\nhost: load\r\ncontent-type: application/json\r\n"
            asked = time.perf_counter()
            writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
            answer_head = await reader.readuntil(b"\r\n\r\n")
            answer = await reader.readexactly(_length(answer_head))
            latency_ms = (time.perf_counter() - asked) * 1000
            if answer_head.startswith(_OK):
                found.latencies_ms.append(latency_ms)
                said = json.loads(answer)
                found.processing_ms.append(said.get("processing_time_ms") or said["total_processing_time_ms"])
            else:
                found.errors += 1
            if time.perf_counter() >= start + seconds:
                break
        writer.close()

    results = await asyncio.gather(*(client() for _ in range(clients)), return_exceptions=True)
    found.errors += sum(isinstance(result, BaseException) for result in results)
    found.seconds = time.perf_counter() - start
    return found


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
