"""A client that goes away frees its place: the request to the provider is closed, and the local LLM serves the next."""

import json
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from openai import OpenAI

from llms.local import CHAT_SLOTS
from router_models import RouterPanel
from tests.api.serving import api_app, serving, settings
from tests.llms.misbehaving import Misbehaving

GONE_S = 10
CHAT = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Why?"}]}
ROUTE = {"prompt": "Why?", "router": "always-strong"}


def send(url: str, path: str, body: dict[str, object]) -> socket.socket:
    """Sends a request and leaves the connection open."""
    connection = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {len(content)}"
    connection.sendall(head.encode() + b"\r\n\r\n" + content)
    return connection


def wait_for_words(connection: socket.socket) -> None:
    received = b""
    while b'"content":"Every' not in received:
        received += connection.recv(65536)


def wait_for_nothing(_connection: socket.socket) -> None:
    pass


@pytest.mark.parametrize(
    ("path", "body", "behaviour", "until"),
    [
        ("/route", ROUTE, {"stall_after": 2}, wait_for_nothing),
        ("/v1/chat/completions", CHAT, {"stall_after": 2}, wait_for_nothing),
        ("/v1/chat/completions", CHAT | {"stream": True}, {"stall_after": 0}, wait_for_nothing),
        ("/v1/chat/completions", CHAT | {"stream": True}, {"stall_after": 2}, wait_for_words),
    ],
    ids=["route", "chat", "stream before its first word", "stream"],
)
def test_the_request_to_the_provider_is_closed(
    panel: RouterPanel,
    server: Misbehaving,
    path: str,
    body: dict[str, object],
    behaviour: dict[str, int],
    until: Callable[[socket.socket], None],
) -> None:
    server.behave(**behaviour)
    with serving(api_app(panel, settings(server))) as url:
        connection = send(url, path, body)
        server.wait_for_requests(1)
        until(connection)
        connection.close()
        assert server.requests[0].gone.wait(GONE_S)


def test_the_local_llm_is_free_for_the_next(local_url: str) -> None:
    endless = {
        "model": "smollm2-135m",
        "messages": [{"role": "user", "content": "Write a very long story about a lighthouse."}],
        "stream": True,
    }
    for _ in range(2 * CHAT_SLOTS):  # more than there are places: a place that was kept would block the last ones
        connection = send(local_url, "/v1/chat/completions", endless)
        assert b"200 OK" in connection.recv(65536)
        connection.close()
    client = OpenAI(base_url=f"{local_url}/v1", api_key="none", max_retries=0, timeout=60)
    answer = client.chat.completions.create(
        model="smollm2-135m", messages=[{"role": "user", "content": "What is the capital of France?"}], max_tokens=20
    )
    assert "Paris" in (answer.choices[0].message.content or "")
