"""The HTML of the pages on its way to the browser: it travels compressed, with its first view before Gradio's part."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._bench_first import PATH, FirstView
from pages._components import PAGES
from router_models import RouterPanel

COMPRESSION = 5
"""Level of gzip: 440 kB become 90 in some milliseconds. Gradio compresses its scripts itself, but not its pages."""

_PATHS = {page.path for page in PAGES}
_GRADIO = b"<gradio-app"


def install_page_html(app: Starlette, panel: RouterPanel) -> None:
    """Adds both to an app: to be called before the pages are mounted at `/`.

    Args:
        app: The app.
        panel: The routers, around which the pages are built.
    """
    app.add_middleware(_PageHtml, panel=panel)


class _PageHtml:
    """Middleware in front of the pages; whatever is not a page passes as it is."""

    def __init__(self, app: ASGIApp, panel: RouterPanel) -> None:
        self._app = app
        self._panel = panel
        self._compressed = GZipMiddleware(self._with_first_view, compresslevel=COMPRESSION)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in _PATHS
        await (self._compressed if is_page else self._app)(scope, receive, send)

    async def _with_first_view(self, scope: Scope, receive: Receive, send: Send) -> None:
        view = FirstView.of(self._panel)
        usual = scope["path"] == PATH and not scope["query_string"]  # a link leads to another view
        html = view.html if view is not None and usual else ""
        await self._app(scope, receive, _Inserting(send, html.encode()) if html else send)


class _Inserting:
    """Sends a page with more HTML before what Gradio builds.

    Args:
        send: Sends on.
        html: To put in.
    """

    def __init__(self, send: Send, html: bytes) -> None:
        self._send = send
        self._html = html
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Keeps a page until it is whole."""
        if message["type"] == "http.response.start":
            self._start = message
            is_html = Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
            if message["status"] != 200 or not is_html:
                self._html = b""
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        before, gradio, after = self._body.rpartition(_GRADIO)
        body = before + self._html + gradio + after if gradio else self._body
        MutableHeaders(raw=self._start["headers"])["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({**message, "body": body})
