"""A client that goes away frees its place: the request to the provider is closed, and the local LLM serves the next."""

import json
import logging
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from openai import OpenAI

from api.problems import CLIENT_GONE
from llms.local import CHAT_SLOTS
from router_models import RouterPanel
from tests.api.held import Held
from tests.api.serving import api_app, serving, settings
from tests.llms.misbehaving import Misbehaving

GONE_S = 10
CHAT = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Why?"}]}
ROUTE = {"prompt": "Why?", "router": "always-strong"}


def connect(url: str) -> socket.socket:
    """A connection to the app."""
    return socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)


def send(url: str, path: str, body: dict[str, object]) -> socket.socket:
    """Sends a request and leaves the connection open."""
    connection = connect(url)
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


def head_of(path: str, length: int, kind: str = "application/json") -> bytes:
    """The head of a request with a body of that length."""
    return f"POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize("path", ["/predict", "/route", "/v1/chat/completions", "/route/with-file"])
def test_who_goes_in_the_middle_of_a_request_is_no_defect(
    panel: RouterPanel, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.INFO)
    kind, begun = "application/json", b'{"text": "He'
    if path.endswith("file"):
        kind = "multipart/form-data; boundary=b"
        begun = b'--b\r\ncontent-disposition: form-data; name="prompt"\r\n\r\nHe'
    with serving(api_app(panel, settings())) as url:
        for sent in (b"", begun):
            connection = connect(url)
            connection.sendall(head_of(path, 500, kind) + sent)
            connection.close()
        until(lambda: open_requests(url) == 0)
        answer = httpx.post(f"{url}/predict", json={"text": "Hi", "router": "random"})
    assert answer.status_code == 200
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    lines = [json.loads(record.message) for record in caplog.records if record.name == "playground.requests"]
    assert {line["status"] for line in lines if line["path"] == path} - {200} <= {400, CLIENT_GONE}


def test_a_stream_nobody_reads_to_its_end_is_counted_as_ended(
    panel: RouterPanel, server: Misbehaving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.behave(stall_after=2)
    with serving(api_app(panel, settings(server))) as url:
        connection = send(url, "/v1/chat/completions", CHAT | {"stream": True})
        wait_for_words(connection)
        assert open_requests(url) == 1
        connection.close()
        until(lambda: open_requests(url) == 0)
    lines = [json.loads(record.message) for record in caplog.records if record.name == "playground.requests"]
    (line,) = [line for line in lines if line["path"] == "/v1/chat/completions"]
    assert line["stop"] in {"gone", "stopped"}
    assert line["status"] == 200


def test_callers_who_go_leave_the_others_of_their_batch_their_answers(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(panel, "random", monkeypatch)
    body: dict[str, object] = {"text": "Hi", "router": "random"}
    with serving(api_app(panel, settings())) as url:
        first = send(url, "/predict", body)  # its run is held, so those who come now make up the next
        assert held.begun.wait(GONE_S)
        others = [send(url, "/predict", body) for _ in range(6)]
        until(lambda: open_requests(url) == 7)
        for gone in (first, *others[::2]):
            gone.close()
        held.go.set()
        for stayed in others[1::2]:
            assert stayed.recv(65536).startswith(b"HTTP/1.1 200")
            stayed.close()
        until(lambda: open_requests(url) == 0)


def test_who_says_nothing_more_does_not_keep_others_waiting(panel: RouterPanel) -> None:
    """A caller whose body never comes counts as one who is about to ask; nobody waits longer than the gatherer does."""
    with serving(api_app(panel, settings())) as url:
        silent = connect(url)
        silent.sendall(head_of("/predict", 500) + b"{")
        until(lambda: open_requests(url) == 1)
        answer = httpx.post(f"{url}/predict", json={"text": "Hi", "router": "random"}, timeout=GONE_S)
        silent.close()
    assert answer.status_code == 200


def open_requests(url: str) -> int:
    """Requests that are under way, but for the one that asks."""
    text = httpx.get(f"{url}/metrics", timeout=GONE_S).text
    (line,) = [line for line in text.splitlines() if line.startswith("playground_requests_open ")]
    return int(float(line.split()[1])) - 1


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + GONE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


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
