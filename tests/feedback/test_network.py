"""What callers are counted by."""

import pytest

from feedback.network import network_of


@pytest.mark.parametrize(
    ("host", "counted_by"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1:2::3", "2001:db8:0:1::/64"),
        ("::1", "::1"),
        ("testclient", "testclient"),
        ("", "unknown"),
    ],
)
def test_callers_are_counted_by_address_or_network(host: str, counted_by: str) -> None:
    assert network_of(host) == counted_by
