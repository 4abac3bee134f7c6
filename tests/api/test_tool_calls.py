"""Calls of tools come through, whole and as a stream, from a provider that writes them piece by piece."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from openai import OpenAI

from llms.tool_calls import ToolCall, ToolCallPiece, grown
from router_models import RouterPanel
from tests.api.serving import api_app, serving, settings

DELTAS: list[dict[str, Any]] = [
    {"role": "assistant", "content": None},
    {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": ""}}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1,'}}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": ' "b": 2}'}}]},
    {"tool_calls": [{"index": 1, "id": "call_2", "type": "function", "function": {"name": "now", "arguments": "{}"}}]},
]
CALLS = [("call_1", "add", '{"a": 1, "b": 2}'), ("call_2", "now", "{}")]
ASK: dict[str, Any] = {
    "model": "gpt-4.1",
    "messages": [{"role": "user", "content": "What is 1 + 2, and what time is it?"}],
    "tools": [{"type": "function", "function": {"name": name}} for name in ("add", "now")],
}


@contextmanager
def tool_caller() -> Iterator[str]:
    """A provider that answers every request with two calls of tools."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for delta, finish in [*((delta, None) for delta in DELTAS), ({}, "tool_calls")]:
                choice = {"index": 0, "delta": delta, "finish_reason": finish}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1"
    finally:
        running.shutdown()
        running.server_close()


@pytest.fixture(scope="module")
def openai_client(panel: RouterPanel) -> Iterator[OpenAI]:
    with tool_caller() as provider:
        chosen = settings(provider_urls={"openai": provider}, openai_api_key="sk-any")
        with serving(api_app(panel, chosen)) as url:
            yield OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


def test_calls_come_whole(openai_client: OpenAI) -> None:
    (choice,) = openai_client.chat.completions.create(**ASK).choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    calls = [(call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls]
    assert calls == CALLS


def test_calls_come_as_a_stream(openai_client: OpenAI) -> None:
    with openai_client.chat.completions.stream(**ASK) as stream:
        for _event in stream:
            pass
        (choice,) = stream.get_final_completion().choices
    assert choice.finish_reason == "tool_calls"
    calls = [(call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls]
    assert calls == CALLS


def test_a_call_grows_by_its_number() -> None:
    calls = grown((), [ToolCallPiece(0, ToolCall("a", "f", "{"))])
    calls = grown(calls, [ToolCallPiece(0, ToolCall("", "", "}")), ToolCallPiece(1, ToolCall("b", "g", "{}"))])
    assert calls == (ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}"))


def test_a_provider_that_repeats_the_name_or_skips_a_number_is_understood() -> None:
    calls = grown((ToolCall("a", "f", "{"),), [ToolCallPiece(0, ToolCall("a", "f", "}"))])
    assert calls == (ToolCall("a", "f", "{}"),)
    assert grown((), [ToolCallPiece(5, ToolCall("c", "h", ""))]) == (ToolCall("c", "h", ""),)
