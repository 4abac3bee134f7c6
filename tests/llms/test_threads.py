"""Answers do not wait for threads that are busy with something else, nor for names that nobody resolves."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from llms.catalogue import Catalogue
from llms.completion import Completion
from llms.completion_cache import CompletionCache
from llms.completions import Completions
from llms.threads import THREADS, in_thread
from tests.llms.asking import collect, own_keys, settings_for
from tests.llms.misbehaving import Misbehaving

GIVE_UP_S = 20.0


@pytest.fixture
def blocker() -> Iterator[threading.Event]:
    """What holds threads up until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_answers_do_not_wait_for_the_process_s_threads(
    server: Misbehaving, catalogue: Catalogue, blocker: threading.Event, tmp_path: Path
) -> None:
    completions = Completions(catalogue, settings_for(server), CompletionCache(tmp_path, 8))
    keys, llm = own_keys(server)

    async def run() -> Completion:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, blocker.wait)
        try:
            async with asyncio.timeout(GIVE_UP_S):
                return (await collect(completions, llm, keys, use_cache=True))[-1]
        finally:
            blocker.set()
            await busy
            await completions.aclose()

    assert asyncio.run(run()).stop == "stop"


def test_a_name_that_is_never_resolved_blocks_nothing_else(
    server: Misbehaving, catalogue: Catalogue, blocker: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = threading.Event()

    def resolve(host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        assert host == "tarpit.example"
        looked_up.set()
        blocker.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    completions = Completions(catalogue, settings_for(server, connect_timeout_s=GIVE_UP_S))
    server_url, server.base_url = server.base_url, "http://tarpit.example/v1"
    tarpit, llm = own_keys(server)
    server.base_url = server_url

    async def run() -> Completion:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        stuck = [asyncio.create_task(collect(completions, llm, tarpit)) for _ in range(2 * THREADS["names"])]
        try:
            async with asyncio.timeout(GIVE_UP_S):
                await in_thread("local LLM", looked_up.wait)
                return (await collect(completions))[-1]
        finally:
            blocker.set()
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
            await completions.aclose()

    assert asyncio.run(run()).stop == "stop"


def test_what_is_known_of_a_request_is_known_in_its_threads() -> None:
    request: ContextVar[str] = ContextVar("request")
    request.set("seven")
    assert asyncio.run(in_thread("answers", request.get)) == "seven"
