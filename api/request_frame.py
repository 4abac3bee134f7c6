"""What frames every request to the JSON API: its id, its line in the log, its figures. Neither holds a key."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections import Counter
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.paths import is_api
from api.problems import ID_HEADER

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UNKNOWN_ENDPOINT = "unknown"

logger = logging.getLogger("playground.requests")


class OpenRequests:
    """How many requests are under way, by path."""

    def __init__(self) -> None:
        self._by_path: Counter[str] = Counter()

    def count(self, path: str) -> int:
        """Requests to a path that have come and are not answered yet."""
        return self._by_path[path]

    def came(self, path: str) -> None:
        """One has come."""
        self._by_path[path] += 1

    def went(self, path: str) -> None:
        """One was answered."""
        self._by_path[path] -= 1
        if not self._by_path[path]:
            del self._by_path[path]  # paths are the callers' to choose


class RequestFrame:
    """Middleware around the JSON API.

    Args:
        app: What is framed.
        metrics: Where requests are counted.
        open_requests: Where those under way are counted.
        log_prompts: Whether the log holds prompts.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, open_requests: OpenRequests, *, log_prompts: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._open = open_requests
        self._log_prompts = log_prompts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Frames one request."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        path, start, status = scope["path"], time.perf_counter(), 500
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"], state["facts"] = _request_id(scope), {}

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (ID_HEADER.encode(), state["request_id"].encode())]
            await send(message)

        self._open.came(path)
        self._metrics.began()
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._open.went(path)
            seconds = time.perf_counter() - start
            endpoint = getattr(scope.get("route"), "path", _UNKNOWN_ENDPOINT)
            self._metrics.ended(endpoint, scope["method"], status, seconds)
            self._log(scope, state, status, seconds)

    def _log(self, scope: Scope, state: MutableMapping[str, Any], status: int, seconds: float) -> None:
        if not logger.isEnabledFor(logging.INFO):
            return
        facts = {name: value for name, value in state["facts"].items() if self._log_prompts or name != "prompt"}
        line = {
            "id": state["request_id"],
            "caller": state.get("caller", ""),
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": status,
            "ms": round(seconds * 1000, 2),
            **facts,
        }
        logger.info(json.dumps(line, ensure_ascii=False))


def note(request: Request, **facts: object) -> None:
    """Adds facts to a request's line in the log; what is called `prompt` is written only where that is allowed."""
    noted = request.scope.get("state", {}).get("facts")
    if noted is not None:
        noted.update(facts)


def request_id_of(request: Request) -> str:
    """The id of a request; a new one where nothing frames it."""
    known: str = request.scope.get("state", {}).get("request_id", "")
    return known or uuid.uuid4().hex


def _request_id(scope: Scope) -> str:
    sent = next((value for name, value in scope["headers"] if name == ID_HEADER.encode()), b"").decode("latin-1")
    return sent if _ID.fullmatch(sent) else uuid.uuid4().hex
