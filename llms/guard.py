"""Refuses connections to private addresses, where a user's own base URL could reach what only this machine may.

The check is made where the connection is opened, on the very address that is used. So neither a name that resolves
anew (DNS rebinding) nor a redirect gets round it.

Source: OWASP Server-Side Request Forgery Prevention Cheat Sheet, case 2.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from httpcore2 import AnyIOBackend, AsyncNetworkBackend, ConnectError, ConnectTimeout

from errors import BadInputError
from llms.threads import in_thread
from settings import Network

if TYPE_CHECKING:
    from httpcore2 import SOCKET_OPTION, AsyncNetworkStream

Address = IPv4Address | IPv6Address

_TAKEN_FOR_PUBLIC = (
    IPv4Network("168.63.129.16/32"),  # Azure's metadata
    IPv4Network("192.0.0.0/24"),  # protocol assignments, among them Oracle's metadata
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of private networks
    IPv6Network("fec0::/10"),  # site-local
)
"""Addresses that not all versions of Python know to be none of the public internet's."""

_NAT64 = IPv6Network("64:ff9b::/96")


class RefusedAddressError(BadInputError):
    """A user's base URL leads where users may not go."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, and so does the one that it carries inside, if any."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not is_public(inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    if any(address in network for network in _TAKEN_FOR_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def check_addresses(host: str, addresses: Sequence[Address], allowed: Sequence[Network]) -> None:
    """Makes sure that users may connect to all addresses of a host.

    Raises:
        RefusedAddressError: One of them is not public, and not in `allowed`.
    """
    for address in addresses:
        if not is_public(address) and not any(address in network for network in allowed):
            raise RefusedAddressError(
                f"The base URL leads to {host}, an address inside the network of this app.",
                "Use a public address, or ask the operator to add it to ALLOWED_ADDRESSES.",
            )


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
