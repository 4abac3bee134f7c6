"""What happens to the HTML of a page on its way, around a plain app and around the real pages."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from pages import page_html
from pages._bench_first import FirstView
from pages.page_html import install_page_html

PAGE = "<html><script>let s = '\\u003cgradio-app';</script><body><gradio-app></gradio-app></body></html>"
FILLING = "x" * 10_000
SHELL = "<div id='rp-first'>Grüße</div>"


class View:
    """Stands for the first view of the pages around a panel."""

    html = SHELL


class Panel:
    """Stands for a panel."""


async def page(request: Request) -> Response:
    """A page, or what else may come from its path."""
    kind = request.headers.get("x-kind", "page")
    if kind == "chunks":

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(PAGE), 7):
                yield PAGE[at : at + 7].encode()

        return StreamingResponse(chunks(), media_type="text/html")
    if kind == "json":
        return JSONResponse({"page": PAGE})
    if kind == "long":
        return HTMLResponse(PAGE + FILLING)
    return HTMLResponse(PAGE, 404 if kind == "missing" else 200)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(FirstView, "of", classmethod(lambda _cls, panel: View() if isinstance(panel, Panel) else None))
    return TestClient(app_around(Panel()))


def app_around(panel: Any) -> Starlette:
    app = Starlette(routes=[Route(path, page) for path in ("/", "/benchmarks", "/other")])
    install_page_html(app, panel)
    return app


@pytest.mark.parametrize("kind", ["page", "chunks"])
@pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
def test_the_first_view_stands_before_gradios_part(client: TestClient, kind: str, encoding: str) -> None:
    answer = client.get("/benchmarks", headers={"x-kind": kind, "accept-encoding": encoding})
    assert answer.text == PAGE.replace("<body><gradio-app>", f"<body>{SHELL}<gradio-app>")


@pytest.mark.parametrize("path", ["/", "/other", "/benchmarks?benchmark=mmlu", "/benchmarks?x"])
def test_no_other_page_and_no_link_has_it(client: TestClient, path: str) -> None:
    assert client.get(path).text == PAGE


@pytest.mark.parametrize("kind", ["missing", "json"])
def test_what_is_no_page_stays_as_it_is(client: TestClient, kind: str) -> None:
    answer = client.get("/benchmarks", headers={"x-kind": kind})
    assert "rp-first" not in answer.text
    assert answer.text in {PAGE, JSONResponse({"page": PAGE}).body.decode()}


def test_a_page_is_whole_before_its_first_view_is_prepared(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(View, "html", "")
    assert client.get("/benchmarks").text == PAGE
    assert TestClient(app_around(object())).get("/benchmarks").text == PAGE


def test_pages_are_compressed_for_who_can_read_it_and_nothing_else_is(client: TestClient) -> None:
    def got(path: str, encoding: str) -> tuple[Headers, bytes]:
        with client.stream("GET", path, headers={"accept-encoding": encoding, "x-kind": "long"}) as answer:
            return Headers(answer.headers), b"".join(answer.iter_raw())

    headers, sent = got("/", "gzip")
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(sent) < 1000
    assert gzip.decompress(sent).decode() == PAGE + FILLING
    for path, encoding in (("/", "br"), ("/other", "gzip")):
        headers, sent = got(path, encoding)
        assert "content-encoding" not in headers
        assert sent.decode() == PAGE + FILLING


def test_what_is_neither_start_nor_body_passes_at_once() -> None:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def answer() -> None:
        inserting = page_html._Inserting(keep, SHELL.encode())
        await inserting({"type": "http.response.debug", "info": {}})
        assert len(sent) == 1
        await inserting({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await inserting({"type": "http.response.body", "body": PAGE.encode()})

    asyncio.run(answer())
    assert [message["type"].removeprefix("http.response.") for message in sent] == ["debug", "start", "body"]
    assert SHELL.encode() in sent[-1]["body"]


def test_it_knows_every_page() -> None:
    assert "/benchmarks" in page_html._PATHS
    assert {"/", "/compare", "/usage"} < page_html._PATHS
