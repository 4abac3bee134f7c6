"""Errors as `application/problem+json` (RFC 9457): what happened and how to mend it, never a stack trace."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from errors import PlaygroundError

MAX_CHARACTERS = 500
"""Length after which a sentence of a problem document is cut."""

logger = logging.getLogger(__name__)


def problem(status: int, what: str, mend: str) -> JSONResponse:
    """A problem document with the two sentences of our errors, which may quote what the client sent."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _quotable(what),
        "mend": _quotable(mend),
    }
    return JSONResponse(content, status_code=status, media_type="application/problem+json")


def _quotable(text: str) -> str:
    """Text that JSON can carry, cut where a client sent an endless name."""
    cut = text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"
    return cut.encode("utf-8", "replace").decode("utf-8")


def install_problem_handlers(app: FastAPI) -> None:
    """Makes every error of the JSON API a problem document."""

    @app.exception_handler(PlaygroundError)
    async def known(_request: Request, error: PlaygroundError) -> JSONResponse:
        return problem(error.status, error.what, error.mend)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return problem(422, f"{field}: {first['msg']}.", "See /docs for the shape of the request.")

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, f"{error.detail}.", "See /docs for the endpoints and their requests.")

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "The app failed on this request.", "Try again; if it fails again, please report it.")
