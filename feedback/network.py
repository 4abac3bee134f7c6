"""Where a caller is from, for limits by address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

_IPV6_NETWORK_BITS = 64
"""One subscriber has at least this network: whoever changes address within it is the same caller."""


def network_of(host: str) -> str:
    """What a caller is counted by: the IPv4 address, the IPv6 network, or the text that is neither.

    Args:
        host: The client's address, as the server has it.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is not None:
            return str(mapped)
        if not address.is_loopback:
            return str(ip_network((address.packed, _IPV6_NETWORK_BITS), strict=False))
    return str(address)
