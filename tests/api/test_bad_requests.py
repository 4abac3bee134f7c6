"""Requests that no client should send: each is refused with its reason, and none is taken for a defect of the app."""

import logging
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from router_models import RouterPanel
from tests.api.serving import api_app, client_of, serving, settings

JSON = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=b"}
SCORE = b'{"text": "Hi", "router": "random"}'
ASK = {"model": "router@pool=local", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(autouse=True)
def no_defect(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def part(name: str, text: bytes, filename: str = "") -> bytes:
    """A part of a form."""
    file = f'; filename="{filename}"' if filename else ""
    return f'--b\r\ncontent-disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + text + b"\r\n"


class TestSizes:
    @pytest.mark.parametrize("stated", ["9" * 12, "9" * 400, "9" * 5_000])
    def test_a_stated_length_of_any_length_is_too_large(self, keyless: TestClient, stated: str) -> None:
        answer = keyless.post("/predict", content=SCORE, headers={**JSON, "content-length": stated})
        assert answer.status_code == 413
        assert answer.json()["detail"].endswith(" MiB.")
        assert len(answer.json()["detail"]) < 60

    @pytest.mark.parametrize("stated", ["-5", "+5", "five", "5.0", "\u0665"])
    def test_a_length_that_is_no_number_is_left_to_the_server(self, keyless: TestClient, stated: str) -> None:
        answer = keyless.post("/predict", content=SCORE, headers={**JSON, "content-length": stated.encode()})  # type: ignore[dict-item]
        assert answer.status_code < 500

    def test_a_file_that_comes_in_pieces_is_counted_while_it_comes(self, panel: RouterPanel) -> None:
        taken = 0

        def pieces() -> Iterator[bytes]:
            nonlocal taken
            yield part("prompt", b"Hi") + part("file", b"", "a.pdf")[:-2]
            for _ in range(640):
                taken += 1
                yield b"x" * 2**16

        answer = client_of(panel, api_body_mib=1).post("/route/with-file", content=pieces(), headers=FORM)
        assert answer.status_code == 413
        assert "more than 1 MiB" in answer.json()["detail"]

    def test_a_form_of_thousands_of_fields_is_refused(self, keyless: TestClient) -> None:
        body = b"".join(part(f"p{number}", b"Hi") for number in range(3_000)) + b"--b--\r\n"
        answer = keyless.post("/route/with-file", content=body, headers=FORM)
        assert answer.status_code == 400
        assert answer.json()["detail"] == "Too many fields. Maximum number of fields is 1000."


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP"])
    def test_a_compressed_body_is_called_by_its_name(self, keyless: TestClient, encoding: str) -> None:
        answer = keyless.post("/predict", content=b"\x1f\x8b...", headers={**JSON, "content-encoding": encoding})
        assert answer.status_code == 415
        assert answer.json()["detail"] == f"The body is compressed ({encoding})."

    def test_one_that_is_not_is_read(self, keyless: TestClient) -> None:
        assert keyless.post("/predict", content=SCORE, headers={**JSON, "content-encoding": "identity"}).is_success

    @pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/api/decide"])
    def test_half_a_surrogate_pair_is_a_character_like_any_other(self, keyless: TestClient, path: str) -> None:
        texts = {"/predict": b'"text": "\\ud800 Hi"', "/predict/batch": b'"texts": ["\\udfff Hi", "Ho"]'}
        body = b"{" + texts.get(path, b'"prompt": "\\ud800 Hi", "routers": ["random"]') + b"}"
        answer = keyless.post(path, content=body, headers=JSON)
        assert answer.status_code == 200
        answer.text.encode()


class TestValues:
    @pytest.mark.parametrize("threshold", ["true", '"0.5"', "1e999", "-0.1", "1.0001", "[0.5]"])
    def test_a_threshold_is_a_number_from_0_to_1(self, keyless: TestClient, threshold: str) -> None:
        answer = keyless.post("/predict", content=SCORE[:-1] + f', "threshold": {threshold}}}'.encode(), headers=JSON)
        assert answer.status_code == 422
        assert "threshold" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("texts", "said"),
        [(["a", " ", "b"], "Text 2 of 3"), (["a"] * 1_999 + ["x" * 300_000], "Text 2,000 of 2,000")],
    )
    def test_the_text_of_a_batch_that_cannot_be_routed_is_named(
        self, keyless: TestClient, texts: list[str], said: str
    ) -> None:
        answer = keyless.post("/predict/batch", json={"texts": texts, "router": "random"})
        assert answer.status_code == 422
        assert said in answer.text

    @pytest.mark.parametrize(
        "more", [{"n": 5}, {"max_tokens": 0}, {"max_tokens": -1}, {"messages": []}, {"temperature": -1}]
    )
    def test_a_chat_that_no_llm_could_answer_is_refused_in_openais_shape(
        self, keyless: TestClient, more: dict[str, Any]
    ) -> None:
        answer = keyless.post("/v1/chat/completions", json=ASK | more)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert next(iter(more)) in answer.json()["error"]["message"]

    @pytest.mark.parametrize("name", ["%00", "..%2f..%2fetc%2fpasswd", "x" * 3_000, "%F0%9F%92%A9"])
    def test_a_router_of_an_odd_name_does_not_exist(self, keyless: TestClient, name: str) -> None:
        answer = keyless.get(f"/api/routers/{name}")
        assert answer.status_code == 404
        assert len(answer.json()["detail"]) < 600


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", 400),
        (b"POST /predict HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET /health HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \xff\xfe\r\nconnection: close\r\n\r\n", 200),
        (b"GET /models HTTP/1.1\r\nhost: a\r\nx-request-id: \xff\xfe\r\nconnection: close\r\n\r\n", 200),
        (
            b"POST /route HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nx-openai-api-key: \xff\r\n"
            b'connection: close\r\ncontent-length: 15\r\n\r\n{"prompt":"Hi"}',
            422,
        ),
    ],
    ids=["two lengths", "no chunk", "a token that is no text", "an id that is no text", "a key that is no text"],
)
def test_what_no_client_library_would_send(panel: RouterPanel, request_: bytes, status: int) -> None:
    with serving(api_app(panel, settings())) as url:
        connection = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)
        connection.sendall(request_)
        assert connection.recv(4_096).startswith(f"HTTP/1.1 {status} ".encode())
        connection.close()
