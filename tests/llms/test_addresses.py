"""What the text of a base URL's host tells of where it leads."""

from ipaddress import ip_network

import pytest

from llms.addresses import RefusedAddressError, check_addresses, check_literal
from settings import Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.1/32"),)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "::1",
        "fe80::1%eth0",
        "10.0.0.1",
        "LOCALHOST",
        "a.localhost.",
    ],
)
def test_an_address_inside_is_known_in_every_notation(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="inside the network"):
        check_literal(host, ())


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "2606:4700::1111", "llm.example.org", "localhost.example.org", "intranet", ""]
)
def test_public_addresses_and_names_pass(host: str) -> None:
    check_literal(host, ())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "localhost"])
def test_what_the_operator_allows_passes(host: str) -> None:
    check_literal(host, LOOPBACK)
    with pytest.raises(RefusedAddressError):
        check_literal("127.0.0.2", LOOPBACK)


def test_where_a_name_inside_leads_is_not_told() -> None:
    """Else anybody could ask this app for the addresses of the network that it stands in."""
    from ipaddress import ip_address

    with pytest.raises(RefusedAddressError) as refused:
        check_addresses("db.internal", [ip_address("10.9.8.7")], ())
    assert "10.9.8.7" not in f"{refused.value.what} {refused.value.mend}"
    assert "ALLOWED_ADDRESSES" in refused.value.mend
