"""`python -m benchmarks.stream_overhead`: what the app adds to a streamed answer, against the bare openai client.

Both ask the same server in turns within one run. The server writes into each chunk when it was sent, so the delay of
every single chunk is measured: until the client hands it out, and until `side_by_side` does. With `--local-llm` the
local LLM is asked as well; its chunks carry no times, so there the time per token is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.benchmark import FloatArray
from llms.catalogue import load_catalogue
from llms.chat_request import ChatRequest, Turn
from llms.completions import Completions
from llms.endpoint import Endpoint
from llms.keys import Keys
from llms.local import local_llm
from llms.side_by_side import EVERY_MS, side_by_side
from settings import Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

QUESTION = "Write a long story about a lighthouse."
LOCAL = "smollm2-135m"
MOST_FIRST_MS, MOST_CHUNK_MS = 50.0, 5.0
_WARM_UP = 2


@dataclass(frozen=True)
class Timing:
    """One stream.

    Attributes:
        first_ms: From asking to the first chunk.
        chunk_ms: Mean delay of a chunk from being sent, or mean time per chunk where none says when it was sent.
    """

    first_ms: float
    chunk_ms: float


@dataclass(frozen=True)
class Asked:
    """Who is asked by both."""

    address: str
    key: str
    model: str
    llm: str
    keys: Keys
    chunks: int
    stamped: bool


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stream_overhead", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="answers per row and side")
    parser.add_argument("--chunks", type=int, default=100, help="chunks per answer")
    parser.add_argument("--every-ms", type=float, default=10.0, help="time between two chunks of the server")
    parser.add_argument("--local-llm", action="store_true", help="ask the local LLM as well")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.chunks, options.every_ms / 1000))
        return
    command = [sys.executable, "-m", "benchmarks.stream_overhead", "--serve", "--chunks", str(options.chunks)]
    command += ["--every-ms", str(options.every_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  this very module
        try:
            address = (server.stdout.readline() if server.stdout else "").strip()
            asyncio.run(measure(address, options.rounds, options.chunks, local=options.local_llm))
        finally:
            server.terminate()


async def serve(chunks: int, every_s: float) -> None:
    """A server that streams the time, for ever."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                )
                for number in range(chunks + 1):
                    delta = {"content": f"{time.monotonic()!r} "} if number < chunks else {}
                    choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
                    chunk = {"id": "1", "model": "clock", "choices": [choice]}
                    content = f"data: {json.dumps(chunk)}\n\n".encode()
                    writer.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
                    await writer.drain()
                    await asyncio.sleep(every_s)
                writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


async def measure(address: str, rounds: int, chunks: int, *, local: bool) -> None:
    """Measures all rows."""
    from openai import AsyncOpenAI

    settings = Settings(_env_file=None, allowed_addresses="127.0.0.1/32")
    completions = Completions(load_catalogue(), settings)
    endpoint = Endpoint(address, "clock")
    clock = Asked(address, "none", "clock", endpoint.llm_id, Keys().with_endpoint(endpoint), chunks, stamped=True)
    rows: list[tuple[str, Asked, int, float]] = [
        ("one column, every update", clock, 1, 0.0),
        ("four columns, every update", clock, 4, 0.0),
        (f"four columns, updates {EVERY_MS:g} ms apart", clock, 4, EVERY_MS),
    ]
    if local:
        llm = local_llm()
        asked = Asked(f"{await asyncio.to_thread(llm.start)}/v1", llm.api_key, LOCAL, LOCAL, Keys(), 64, stamped=False)
        rows += [("the local LLM, every update", asked, 1, 0.0)]
    print("| stream | first token: bare | app adds (95 %) | per chunk: bare | app adds (95 %) |\n|---|---|---|---|---|")
    for title, asked, columns, every_ms in rows:
        async with AsyncOpenAI(base_url=asked.address, api_key=asked.key, max_retries=0) as client:
            bare, app = [], []
            for number in range(rounds + _WARM_UP):
                plain = await asyncio.gather(
                    *(timed(asked, partial(bare_texts, client, asked)) for _ in range(columns))
                )
                ours = await timed(asked, partial(app_texts, completions, asked, columns, every_ms))
                if number >= _WARM_UP:
                    bare.append(
                        Timing(*(float(np.mean([getattr(t, f) for t in plain])) for f in ("first_ms", "chunk_ms")))
                    )
                    app.append(ours)
        print(f"| {title} | {_cells(bare, app, 'first_ms')} | {_cells(bare, app, 'chunk_ms')} |", flush=True)
    print(f"\nTargets: ≤ {MOST_FIRST_MS:g} ms to the first token, ≤ {MOST_CHUNK_MS:g} ms per chunk; {rounds} rounds.")
    print(f"Updates {EVERY_MS:g} ms apart hold a chunk back for half of that on average, which is wanted and no work.")
    await completions.aclose()


async def bare_texts(client: AsyncOpenAI, asked: Asked) -> AsyncIterator[str]:
    """The growing answer from the bare client."""
    stream = await client.chat.completions.create(
        model=asked.model,
        messages=[{"role": "user", "content": QUESTION}],
        max_tokens=asked.chunks,
        stream=True,
    )
    text = ""
    async for chunk in stream:
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        yield text


async def app_texts(completions: Completions, asked: Asked, columns: int, every_ms: float) -> AsyncIterator[str]:
    """The growing answer of the first of some columns, as a page gets it."""
    request = ChatRequest(asked.llm, (Turn("user", QUESTION),), max_tokens=asked.chunks)
    streams = {column: completions.stream(request, asked.keys) for column in range(columns)}
    async for update in side_by_side(streams, every_ms=every_ms):
        if 0 in update:
            yield update[0].text


async def timed(asked: Asked, texts: Callable[[], AsyncIterator[str]]) -> Timing:
    """Times one answer."""
    start = time.monotonic()
    seen, first, delays = 0, 0.0, []
    async for text in texts():
        now = time.monotonic()
        if text and not first:
            first = now
        if asked.stamped:
            sent = text.split()[seen:]
            seen += len(sent)
            delays += [(now - float(stamp)) * 1000 for stamp in sent]
    chunk_ms = float(np.mean(delays)) if delays else (time.monotonic() - first) * 1000 / (asked.chunks - 1)
    return Timing((first - start) * 1000, chunk_ms)


def _cells(bare: list[Timing], app: list[Timing], name: str) -> str:
    """Median of the bare client, and the median of what the app adds with its bootstrap interval."""
    plain: FloatArray = np.array([getattr(one, name) for one in bare])
    added = np.array([getattr(one, name) for one in app]) - plain
    medians = np.median(np.random.default_rng(0).choice(added, (2000, len(added))), axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return f"{np.median(plain):.2f} ms | {np.median(added):+.2f} ms ({low:+.2f} to {high:+.2f})"


if __name__ == "__main__":
    main()
