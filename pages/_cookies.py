"""How the app sets cookies: out of scripts' reach, and sent by its own pages only."""

from __future__ import annotations

from typing import Literal, TypedDict

from starlette.requests import HTTPConnection
from starlette.responses import Response

from settings import Settings


class CookieOptions(TypedDict):
    """Keyword arguments of `Response.set_cookie`."""

    path: str
    httponly: bool
    secure: bool
    samesite: Literal["lax", "none"]


def cookie_options(request: HTTPConnection, settings: Settings) -> CookieOptions:
    """How a cookie is set in the answer to a request.

    A Space is shown in a frame of another site, where only cookies for every site are sent, and those only by HTTPS.

    Args:
        request: Tells whether the browser came by HTTPS.
        settings: Say whether this is a Space.
    """
    framed = bool(settings.space_id)
    secure = framed or request.url.scheme in {"https", "wss"}
    return {"path": "/", "httponly": True, "secure": secure, "samesite": "none" if framed else "lax"}


def delete_cookie(response: Response, request: HTTPConnection, settings: Settings, name: str) -> None:
    """Takes a cookie away again."""
    response.delete_cookie(name, **cookie_options(request, settings))
