"""Who may call the JSON API, how often, and with how much: tokens, rate limits and the size of bodies."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.paths import HEALTH, is_api
from api.problems import problem_of
from api.statuses import NoTokenError, TooLargeError, TooManyRequestsError
from api.tokens import holder_of
from errors import PlaygroundError
from feedback.network import network_of
from settings import ApiToken

_MIB = 1024**2
_LONGEST_NUMBER = 16
"""Digits of a content length that are read: more than any body has bytes."""


class Doorkeeper:
    """Middleware in front of the JSON API.

    Args:
        app: What is guarded.
        tokens: Tokens, one of which a request must bring; without any the API is open.
        per_minute: Requests in a minute from one address without a token; 0 is no limit, and this machine has none.
        body_mib: Largest body in MiB.
    """

    def __init__(self, app: ASGIApp, tokens: Sequence[ApiToken], per_minute: int, body_mib: int) -> None:
        self._app = app
        self._tokens = tokens
        self._per_minute = per_minute
        self._body_mib = body_mib
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or says why not."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check_caller(scope, headers)
            self._check_size(headers)
        except PlaygroundError as error:
            await problem_of(scope["path"], error)(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _check_caller(self, scope: Scope, headers: Headers) -> None:
        address = _network_of(scope)
        state = scope.setdefault("state", {})
        state["caller"] = f"address:{address}"
        if scope["path"] == HEALTH:
            return
        if not self._tokens:
            self._check_rate("address", address, self._per_minute)
            return
        holder = holder_of(_bearer(headers), self._tokens)
        if holder is None:
            self._check_rate("address", address, self._per_minute)  # nobody may guess for ever
            raise NoTokenError(
                "This API wants a token.", "Send it as `Authorization: Bearer TOKEN`; whoever runs this app has one."
            )
        state["caller"] = f"token:{holder.name}"
        self._check_rate("token", holder.name, holder.per_minute)

    def _check_rate(self, kind: str, who: str, per_minute: int) -> None:
        if not per_minute or (kind == "address" and _is_this_machine(who)):
            return
        limit = RateLimitItemPerMinute(per_minute)
        if not self._limiter.hit(limit, kind, who):
            wait_s = max(1.0, self._limiter.get_window_stats(limit, kind, who).reset_time - time())
            raise TooManyRequestsError(
                f"There were more than {per_minute:,} requests from this {kind} in a minute.",
                f"Try again in {wait_s:.0f} s, or send many texts at once to /predict/batch.",
                wait_s,
            )

    def _check_size(self, headers: Headers) -> None:
        stated = headers.get("content-length", "")
        if not stated.isdecimal():
            return
        largest = self._body_mib * _MIB
        size = int(stated[:_LONGEST_NUMBER])  # no digit more: Python refuses to read numbers of thousands
        if size > largest:
            shown = f"{size / _MIB:,.0f}" if len(stated) < _LONGEST_NUMBER else "far too many"
            raise TooLargeError(f"The body has {shown} MiB.", f"Send at most {self._body_mib} MiB.")

    def _counting(self, receive: Receive) -> Receive:
        """Receives until the body is too large, whatever its header says."""
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._body_mib * _MIB:
                raise HTTPException(413, f"The body has more than {self._body_mib} MiB")
            return message

        return receive_some


def _bearer(headers: Headers) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _network_of(scope: Scope) -> str:
    client = scope.get("client")
    return network_of(str(client[0]) if client else "")


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
