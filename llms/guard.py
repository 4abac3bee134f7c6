"""Refuses connections to private addresses, where a user's own base URL could reach what only this machine may.

The check is made where the connection is opened, on the very address that is used. So neither a name that resolves
anew (DNS rebinding) nor a redirect gets round it.

Source: OWASP Server-Side Request Forgery Prevention Cheat Sheet, case 2.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from httpcore2 import AnyIOBackend, AsyncNetworkBackend, ConnectError, ConnectTimeout

from llms.addresses import RefusedAddressError, check_addresses
from llms.threads import in_thread
from settings import Network

if TYPE_CHECKING:
    from httpcore2 import SOCKET_OPTION, AsyncNetworkStream


class GuardedBackend(AsyncNetworkBackend):
    """Opens connections for users' own base URLs.

    Args:
        allowed: Networks that are allowed although they are private.
    """

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Resolves the host, checks all its addresses and connects to the first that answers, all within the time."""
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        try:
            async with asyncio.timeout_at(deadline):
                found = await in_thread("names", socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
        check_addresses(host, addresses, self._allowed)
        failure: ConnectError | ConnectTimeout = ConnectError(f"{host} has no address")
        for place, address in enumerate(addresses):
            # An equal share of what is left for each, so that one that swallows packets leaves time for the next.
            share_s = None if deadline is None else max(0.0, deadline - loop.time()) / (len(addresses) - place)
            try:
                return await self._backend.connect_tcp(str(address), port, share_s, local_address, socket_options)
            except (ConnectError, ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Never: a base URL is no file."""
        raise RefusedAddressError("The base URL is no http or https address.", "Write it up to /v1.")

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await self._backend.sleep(seconds)
