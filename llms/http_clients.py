"""Connections to providers, shared by all answers of an event loop, so that not each begins with a handshake."""

from __future__ import annotations

import asyncio
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from llms.providers import Connection
from settings import Settings

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

_NO_KEY = "none"
"""Sent where an endpoint wants no key: the client insists on one."""

_SENT = {
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
}
"""Headers that leave this machine. Others would be facts of this machine, or what its environment holds for OpenAI."""

_MAX_CONNECTIONS = 200


class HttpClients:
    """Clients by event loop, and by where they may connect to.

    Args:
        settings: Time-outs and allowed addresses.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, httpx2.AsyncClient]] = WeakKeyDictionary()

    def openai(self, connection: Connection, address: str, key: str) -> AsyncOpenAI:
        """A client of the official package for one request; it need not be closed.

        Args:
            connection: The LLM.
            address: Its address up to /v1.
            key: Its key; '' where it wants none.
        """
        from openai import AsyncOpenAI

        way = "local" if connection.local is not None else "guarded" if connection.guarded else "provider"
        clients = self._by_loop.setdefault(asyncio.get_running_loop(), {})
        if way not in clients:
            clients[way] = self._new(way)
        key = key or _NO_KEY
        client = AsyncOpenAI(
            base_url=address,
            api_key=key,
            default_headers={"Authorization": f"Bearer {key}"},  # else OPENAI_CUSTOM_HEADERS would go before it
            max_retries=0,
            http_client=clients[way],
        )
        # Else each request would find it out in one of the process's threads, for a header that is not sent.
        client._platform = "Unknown"
        return client

    @staticmethod
    def warm_up() -> None:
        """Imports the client and reads the machine's certificates, a second's work: from a thread, not from a loop."""
        import openai.resources.chat.completions

        _ = openai.AsyncOpenAI
        _tls()

    async def aclose(self) -> None:
        """Closes the connections of the running event loop."""
        for client in self._by_loop.pop(asyncio.get_running_loop(), {}).values():
            await client.aclose()

    def _new(self, way: str) -> httpx2.AsyncClient:
        import httpx2

        from llms.bounds import UNCOMPRESSED, bound

        # How long an answer takes is watched by `Completions`, which knows whether it has begun.
        timeout = httpx2.Timeout(None, connect=self._settings.connect_timeout_s)
        return httpx2.AsyncClient(
            timeout=timeout,
            verify=_tls(),
            limits=httpx2.Limits(max_connections=_MAX_CONNECTIONS),
            follow_redirects=False,  # a redirect would carry the prompt where nobody sent it
            trust_env=way == "provider",  # an environment's proxy would do the connecting, unchecked
            transport=_guarded_transport(self._settings) if way == "guarded" else None,
            headers={} if way == "local" else UNCOMPRESSED,
            event_hooks={"request": [_only_known_headers], "response": [] if way == "local" else [bound]},
        )


@lru_cache
def _tls() -> ssl.SSLContext:
    """Which certificates are trusted: the machine's, read once."""
    import httpx2

    return httpx2.create_ssl_context()


async def _only_known_headers(request: httpx2.Request) -> None:
    for name in list(request.headers):
        if name.lower() not in _SENT:
            del request.headers[name]


def _guarded_transport(settings: Settings) -> httpx2.AsyncBaseTransport:
    import httpcore2
    import httpx2

    from llms.guard import GuardedBackend

    class GuardedTransport(httpx2.AsyncHTTPTransport):
        def __init__(self) -> None:
            super().__init__(verify=_tls(), trust_env=False)
            self._pool = httpcore2.AsyncConnectionPool(
                ssl_context=_tls(),
                max_connections=_MAX_CONNECTIONS,
                network_backend=GuardedBackend(settings.allowed_addresses),
            )

    return GuardedTransport()
