"""In front of the pages: a browser gets its pseudonym, who lacks a role the sign-in page, and other sites nothing."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback.identity import BROWSER_COOKIE, Identity, is_browser, new_browser
from feedback.visitor import NotAllowedError
from pages._cookies import cookie_options
from pages._same_site import from_another_site
from pages._visitor import needed_for
from pages.sign_in import SignIn
from settings import Settings

BROWSER_S = 365 * 24 * 3600
"""How long a browser keeps its pseudonym."""

_ERROR = 400
_FORBIDDEN = 403
_EVENTS = "gradio_api"
_PUBLIC = {"info", "openapi.json", "theme.css"}
"""What other sites may read below it: the same for everybody."""


class Gate:
    """Middleware in front of the pages.

    Args:
        app: What is behind it.
        identity: Tells visitors apart.
        sign_in: Makes the page that says no.
        settings: Say how cookies are set.
    """

    def __init__(self, app: ASGIApp, identity: Identity, sign_in: SignIn, settings: Settings) -> None:
        self._app = app
        self._identity = identity
        self._sign_in = sign_in
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or answers it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if _runs_events(scope) and from_another_site(connection.headers):
            # Gradio lets every origin in with its cookies, and a Space's cookies are sent from every site.
            said = "Another site asked for this. Open the app itself; a proxy before it must pass the Host header on."
            await JSONResponse({"error": said}, _FORBIDDEN)(scope, receive, send)
            return
        for permission in needed_for(_page(scope["path"])):
            visitor = self._identity.visitor(connection.cookies)
            try:
                visitor.need(permission)
            except NotAllowedError as error:
                await self._sign_in.refusal(scope["path"], visitor, error)(scope, receive, send)
                return
        known = is_browser(connection.cookies.get(BROWSER_COOKIE, ""))
        await self._app(scope, receive, send if known else self._introducing(connection, send))

    def _introducing(self, connection: HTTPConnection, send: Send) -> Send:
        """Sends a pseudonym along with a page; what is not a page takes none."""

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _ERROR:
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    bearer = Response()
                    options = cookie_options(connection, self._settings)
                    bearer.set_cookie(BROWSER_COOKIE, new_browser(), max_age=BROWSER_S, **options)
                    headers.append("set-cookie", bearer.headers["set-cookie"])
                    message["headers"] = headers.raw
            await send(message)

        return send_with_cookie


def _runs_events(scope: Scope) -> bool:
    """Whether a request is for Gradio's own part, but for what is public."""
    if _page(scope["path"]) != _EVENTS:
        return False
    below = scope["path"].strip("/").partition("/")[2]
    return scope["method"] not in {"GET", "HEAD"} or below not in _PUBLIC


def _page(path: str) -> str:
    """A page as `needed_for` names it."""
    return path.strip("/").partition("/")[0].lower()
