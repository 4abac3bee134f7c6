"""Which addresses users' own base URLs may lead to: those of the public internet, and what the operator allows.

Source: OWASP Server-Side Request Forgery Prevention Cheat Sheet, case 2.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from errors import BadInputError
from settings import Network

Address = IPv4Address | IPv6Address

LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

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
        if not _may(address, allowed):
            raise _refused(host, "its address")  # which one is nobody's business who does not know it


def check_literal(host: str, allowed: Sequence[Network]) -> None:
    """Makes sure that users may connect to a host, as far as its text alone tells; any other name passes.

    Where a name leads is known only when a connection is made, and is checked then. `localhost` and what ends in it
    lead to this machine whatever a name server says (RFC 6761, section 6.3).

    Args:
        host: Of a base URL, without port and brackets.
        allowed: Networks that are allowed although they are private.

    Raises:
        RefusedAddressError: It is an address inside the network of this app, in any notation, and not in `allowed`.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        if not any(_may(address, allowed) for address in LOOPBACK):
            raise _refused(host, f"{LOOPBACK[0]}/32")
        return
    address = _literal(name)
    if address is not None and not _may(address, allowed):
        raise _refused(host, f"{address}/{address.max_prefixlen}")


def _may(address: Address, allowed: Sequence[Network]) -> bool:
    return is_public(address) or any(address in network for network in allowed)


def _refused(host: str, what: str) -> RefusedAddressError:
    return RefusedAddressError(
        f"The base URL leads to {host}, an address inside the network of this app.",
        f"Use a public address, or have whoever runs the app add {what} to its setting ALLOWED_ADDRESSES.",
    )


def _literal(host: str) -> Address | None:
    """The address that a text is; None where it is a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f000001 and 2130706433, which resolvers take too
    except (OSError, ValueError):
        return None
