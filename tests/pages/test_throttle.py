"""Tries to sign in: who is counted, and that nobody can lock out somebody else."""

import pytest

from pages._throttle import PER_ADDRESS, PER_NAME, PER_NAME_AND_ADDRESS, Throttle, TooManyTriesError


def tries(throttle: Throttle, address: str, name: str, times: int) -> int:
    """How many of them are let through."""
    through = 0
    for _ in range(times):
        try:
            throttle.count(address, name)
        except TooManyTriesError:
            continue
        through += 1
    return through


def test_two_addresses_do_not_lock_anybody_out() -> None:
    throttle = Throttle()
    for address in ("192.0.2.1", "192.0.2.2"):
        assert tries(throttle, address, "ann", PER_NAME) == PER_NAME_AND_ADDRESS
    throttle.count("192.0.2.3", "ann")


def test_one_address_tries_few_names_and_many_addresses_one_name_not_for_ever() -> None:
    throttle = Throttle()
    assert sum(tries(throttle, "192.0.2.1", f"user {number}", 1) for number in range(2 * PER_ADDRESS)) == PER_ADDRESS
    assert sum(tries(throttle, f"192.0.2.{number}", "ann", 1) for number in range(2, 2 * PER_NAME)) == PER_NAME


def test_one_ipv6_network_counts_as_one_address() -> None:
    throttle = Throttle()
    through = sum(tries(throttle, f"2001:db8:0:1::{number}", "ann", 1) for number in range(1, 9))
    assert through == PER_NAME_AND_ADDRESS
    throttle.forget("2001:db8:0:1::ffff", "ann")
    throttle.count("2001:db8:0:2::1", "ann")
    throttle.count("2001:db8:0:1::1", "ann")


def test_who_has_tried_too_often_is_told_when_to_come_back() -> None:
    throttle = Throttle()
    tries(throttle, "192.0.2.1", "ann", PER_NAME_AND_ADDRESS)
    with pytest.raises(TooManyTriesError, match="too many tries") as caught:
        throttle.count("192.0.2.1", "Ann")
    assert "Try again in" in caught.value.mend
