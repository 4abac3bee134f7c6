"""Errors as `application/problem+json` (RFC 9457): what happened and how to mend it, never a stack trace.

Under /v1 they have the shape that OpenAI's clients expect.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.openai_errors import PREFIX, openai_error, openai_status
from api.statuses import headers_of, status_of
from errors import PlaygroundError

ID_HEADER = "x-request-id"

MAX_CHARACTERS = 500
MAX_MEND_CHARACTERS = 2_000
"""Lengths after which a sentence is cut: what happened, which may quote the client, and the mend, which may list what
there is."""

CLIENT_GONE = 499
"""Status of a request whose client went before it was read; nginx's number, as no standard has one."""

_SHAPE = "See /docs for the shape of the request."

logger = logging.getLogger(__name__)


def problem(
    path: str,
    status: int,
    what: str,
    mend: str,
    *,
    error: PlaygroundError | None = None,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    """An error document with the two sentences of our errors, which may quote what the client sent.

    Args:
        path: Path of the request: it decides on the shape.
        status: HTTP status.
        what: What happened.
        mend: What the caller can do about it.
        error: The error, for what a machine may read of it.
        headers: Further headers.
        more: Further members of a problem document.
    """
    what, mend = _quotable(what, MAX_CHARACTERS), _quotable(mend, MAX_MEND_CHARACTERS)
    headers = {**(headers or {}), **(headers_of(error) if error is not None else {})}
    if path.startswith(PREFIX):
        status = openai_status(status)
        return JSONResponse(openai_error(status, f"{what} {mend}", error=error), status, headers)
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": what,
        "mend": mend,
        **more,
    }
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def problem_of(path: str, error: PlaygroundError) -> JSONResponse:
    """The document of one of our errors."""
    more = getattr(error, "members", {})
    return problem(path, status_of(error), error.what, error.mend, error=error, **more)


def _quotable(text: str, limit: int) -> str:
    """Text that JSON can carry, cut where a client sent an endless name."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return cut.encode("utf-8", "replace").decode("utf-8")


def install_problem_handlers(app: FastAPI) -> None:
    """Makes every error of the JSON API a problem document."""

    @app.exception_handler(PlaygroundError)
    async def known(request: Request, error: PlaygroundError) -> JSONResponse:
        return problem_of(request.url.path, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return problem(request.url.path, 422, f"{field}: {first['msg']}.", _SHAPE)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        mend = "See /docs for the endpoints and their requests."
        what = f"{str(error.detail).rstrip('.')}."
        return problem(request.url.path, error.status_code, what, mend, headers=error.headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=CLIENT_GONE)  # nobody reads it; the log and the figures have the status

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        mend = "Try again; if it fails again, please report it."
        known = request.scope.get("state", {}).get("request_id", "")
        headers = {ID_HEADER: known} if known else None  # who frames requests does not see this answer
        return problem(request.url.path, 500, "The app failed on this request.", mend, headers=headers)
