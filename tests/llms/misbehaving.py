"""A real HTTP server that speaks OpenAI's streaming protocol, and misbehaves on command.

What it does follows from the name of the model that it is asked for, so a browser test can command it too: options
with commas between, such as `words=20,every_ms=50` or `status=429,retry_after=2`; see `Behaviour`. A model without
`=` in its name just answers. `python -m tests.llms.misbehaving` serves until it is stopped.
"""

import asyncio
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any

KEY = "sk-a-very-secret-key"
WORDS = (
    "Every",
    "answer",
    "of",
    "this",
    "server",
    "is",
    "made",
    "of",
    "these",
    "few",
    "words,",
    "again",
    "and",
    "again.",
)
_POLL_S = 0.002
_END = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Behaviour:
    """What the server does with a request."""

    words: int = 5
    every_ms: float = 0.0
    first_ms: float = 0.0
    hold_after: int = -1  # waits for `Misbehaving.release` before that word
    stall_after: int = -1  # says nothing more from that word on, until the client goes
    reset_after: int = -1  # resets the connection before that word
    end_after: int = -1  # ends the answer politely, but in its middle, before that word
    error_after: int = -1  # sends an error as a chunk before that word
    status: int = 200
    retry_after: str = ""
    fail_times: int = 10_000  # only so many requests fail with `status`, or are reset before the first word
    kind: str = "text/event-stream"
    code: str = ""
    message: str = "no reason"
    junk: str = ""  # sent instead of a chunk
    thinks: int = 0
    finish: str = "stop"
    usage: bool = True
    hidden: int = 0
    cached: int = 0
    answered_by: str = ""
    location: str = ""
    bomb_mib: int = 0  # the body is so much of nothing, packed as gzip, whatever the client asked for
    flood_mib: int = 0  # sends so much without the end of a line
    running_usage: bool = False  # each chunk states the tokens so far


@dataclass
class Asked:
    """One request, and when its client went away; 0 if it stayed."""

    headers: dict[str, str]
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    gone: threading.Event = field(default_factory=threading.Event)
    said: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        return json.dumps(self.body)


class Misbehaving:
    """The server's state; `behave` sets what it does where the model's name commands nothing."""

    def __init__(self) -> None:
        self.base_url = ""
        self.requests: list[Asked] = []
        self.behaviour = Behaviour()
        self._held = threading.Event()
        self._asked = threading.Condition()

    def behave(self, **options: Any) -> None:
        self.behaviour = Behaviour(**options)

    def release(self) -> None:
        """Lets answers go on that wait at `hold_after`."""
        self._held.set()

    def wait_for_requests(self, count: int, timeout_s: float = 10.0) -> None:
        with self._asked:
            assert self._asked.wait_for(lambda: len(self.requests) >= count, timeout_s)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
                body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
                asked = Asked(headers, body)
                with self._asked:
                    self.requests.append(asked)
                    self._asked.notify_all()
                if not await self._answer(asked, reader, writer):
                    break
        writer.close()

    def _wanted(self, model: str) -> Behaviour:
        if "=" not in model:
            return self.behaviour
        kinds = {one.name: one.type for one in fields(Behaviour)}
        options: dict[str, Any] = {}
        for name, _, value in (option.partition("=") for option in model.split(",")):
            options[name] = {int: int, float: float, bool: lambda text: text == "true"}.get(kinds[name], str)(value)
        return replace(Behaviour(), **options)

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; says whether the connection may be used again."""
        model = str(asked.body.get("model"))
        wanted = self._wanted(model)
        failing = sum(other.body.get("model") == model for other in self.requests) <= wanted.fail_times
        if not await self._pause(wanted.first_ms, asked, reader):
            return False
        if wanted.bomb_mib:
            return await _send_bomb(writer, wanted)
        if failing and wanted.status != 200:
            error = {"message": wanted.message, "type": "error", "code": wanted.code or None}
            content = json.dumps({"error": error}).encode()
            extra = f"retry-after: {wanted.retry_after}\r\n" if wanted.retry_after else ""
            extra += f"location: {wanted.location}\r\n" if wanted.location else ""
            kind = wanted.kind if wanted.kind != Behaviour.kind else "application/json"
            head = f"HTTP/1.1 {wanted.status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(content)}\r\n"
            writer.write(f"{head}{extra}\r\n".encode() + content)
            await writer.drain()
            return True
        if failing and wanted.reset_after == 0:
            return _reset(writer)
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {wanted.kind}\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        if wanted.flood_mib:
            await _flood(writer, wanted.flood_mib)
        for number in range(wanted.words):
            if failing and number == wanted.reset_after:
                await writer.drain()
                return _reset(writer)
            if number == wanted.end_after:
                break
            if number == wanted.stall_after or number == wanted.hold_after:
                held = (lambda: True) if number == wanted.stall_after else self._still_held
                if not await self._pause(float("inf"), asked, reader, held):
                    return False
            if number == wanted.error_after:
                _send(writer, {"error": {"message": wanted.message, "code": wanted.code or None}})
                break
            field_name = "reasoning_content" if number < wanted.thinks else "content"
            word = WORDS[number % len(WORDS)] + " "
            if wanted.junk:
                _chunked(writer, f"data: {wanted.junk}\n\n".encode())
            else:
                running = {"usage": _usage(wanted)} if wanted.running_usage else {}
                _send(writer, _chunk(wanted.answered_by or model, {field_name: word}) | running)
            asked.said.append(time.monotonic())
            await writer.drain()
            if not await self._pause(wanted.every_ms, asked, reader):
                return False
        else:
            _send(writer, _chunk(wanted.answered_by or model, {}, wanted.finish))
            if wanted.usage and asked.body.get("stream_options", {}).get("include_usage"):
                _send(writer, {**_chunk(wanted.answered_by or model, None), "usage": _usage(wanted)})
            _chunked(writer, _END)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    def _still_held(self) -> bool:
        return not self._held.is_set()

    async def _pause(
        self, ms: float, asked: Asked, reader: asyncio.StreamReader, held: Callable[[], bool] | None = None
    ) -> bool:
        """Waits; says whether the client is still there."""
        until = time.monotonic() + ms / 1000
        while time.monotonic() < until and (held is None or held()):
            if reader.at_eof():
                asked.gone.set()
                return False
            await asyncio.sleep(min(_POLL_S, max(0.0, until - time.monotonic())))
        return True


def _chunk(model: str, delta: dict[str, str] | None, finish: str | None = None) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": choices}


def _usage(wanted: Behaviour) -> dict[str, Any]:
    answer = wanted.words + wanted.hidden
    return {
        "prompt_tokens": 1000,
        "completion_tokens": answer,
        "total_tokens": 1000 + answer,
        "completion_tokens_details": {"reasoning_tokens": wanted.hidden},
        "prompt_tokens_details": {"cached_tokens": wanted.cached},
    }


def _send(writer: asyncio.StreamWriter, chunk: dict[str, Any]) -> None:
    _chunked(writer, f"data: {json.dumps(chunk)}\n\n".encode())


def _chunked(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")


async def _send_bomb(writer: asyncio.StreamWriter, wanted: Behaviour) -> bool:
    pack = zlib.compressobj(9, wbits=31)
    mib = b"a" * 1024**2
    content = b"".join([*(pack.compress(mib) for _ in range(wanted.bomb_mib)), pack.flush()])
    head = f"HTTP/1.1 {wanted.status} X\r\ncontent-type: {wanted.kind}\r\ncontent-encoding: gzip\r\n"
    writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()
    return True


async def _flood(writer: asyncio.StreamWriter, mib: int) -> None:
    _chunked(writer, b"data: ")
    for _ in range(mib):
        _chunked(writer, b"x" * 1024**2)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> bool:
    writer.transport.abort()
    return False


def text_of(count: int) -> str:
    """What the server says in so many words."""
    return "".join(f"{WORDS[number % len(WORDS)]} " for number in range(count))


@contextmanager
def misbehaving(port: int = 0, said: Misbehaving | None = None) -> Iterator[Misbehaving]:
    """Serves on loopback until the block ends, in a thread with its own event loop."""
    said = said or Misbehaving()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(said.serve, "127.0.0.1", port), loop).result()
    said.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield said
    finally:
        asyncio.run_coroutine_threadsafe(_shut(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _shut(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


if __name__ == "__main__":
    with misbehaving(8100) as running:
        print(running.base_url)
        threading.Event().wait()
