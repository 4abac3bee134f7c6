"""A user's base URL reaches public addresses only, whatever name, notation or redirect leads elsewhere."""

import asyncio
import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from httpcore2 import ConnectTimeout

from llms.addresses import RefusedAddressError, is_public
from llms.catalogue import Catalogue
from llms.guard import GuardedBackend
from tests.llms.asking import ask, completions_for, own_keys
from tests.llms.misbehaving import Misbehaving, misbehaving

LOOPBACK = (ip_network("127.0.0.1/32"),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104  nothing is bound
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # metadata of AWS, Google, Azure
        "168.63.129.16",  # Azure's wire server, on a public address
        "100.100.100.200",  # metadata of Alibaba, in shared address space
        "192.0.0.192",  # metadata of Oracle
        "192.88.99.1",
        "fec0::1",
        "64:ff9b:1::1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fd00:ec2::254",  # metadata of AWS over IPv6
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "64:ff9b::a9fe:a9fe",  # NAT64 of 169.254.169.254
    ],
)
def test_inner_addresses(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


def connect(host: str, port: int, allowed: tuple[Any, ...] = ()) -> None:
    async def run() -> None:
        stream = await GuardedBackend(allowed).connect_tcp(host, port, timeout=5)
        await stream.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "::1"])
def test_no_notation_of_loopback_gets_through(server: Misbehaving, host: str) -> None:
    with pytest.raises(RefusedAddressError, match="inside the network"):
        connect(host, int(server.base_url.split(":")[2].split("/")[0]))


def test_the_operator_may_allow_an_address(server: Misbehaving) -> None:
    port = int(server.base_url.split(":")[2].split("/")[0])
    connect("127.0.0.1", port, LOOPBACK)
    with pytest.raises(RefusedAddressError):
        connect("127.0.0.2", port, LOOPBACK)


def test_a_name_that_resolves_anew_is_checked_anew(
    server: Misbehaving, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the first answer is allowed, the second is not; the check looks at what is connected to."""
    port = int(server.base_url.split(":")[2].split("/")[0])
    found = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "127.0.0.2"]]

    def resolve(host: str, wanted: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, wanted)) for address in found.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    server.base_url = f"http://rebound.example:{port}/v1"
    keys, llm = own_keys(server)
    completions = completions_for(server, catalogue)
    ends = [ask(completions, llm, keys)[-1] for _ in range(3)]
    assert ends[0].stop == "stop"
    assert all(isinstance(one.failure, RefusedAddressError) for one in ends[1:]), "one bad address is one too many"
    assert len(server.requests) == 1


class Listener:
    """Stands in for the network: takes connections to some addresses and swallows packets to all others."""

    def __init__(self, answering: tuple[str, ...]) -> None:
        self.answering = answering
        self.tried: list[tuple[str, float | None]] = []

    async def connect_tcp(self, address: str, port: int, timeout: float | None, *_: object) -> str:  # noqa: ASYNC109
        self.tried.append((address, timeout))
        if address not in self.answering:
            await asyncio.sleep(timeout or 0)
            raise ConnectTimeout("no answer")
        return address


def through(listener: Listener, monkeypatch: pytest.MonkeyPatch, timeout_s: float) -> object:
    def resolve(_: str, port: int, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("2606:4700::1", "1.1.1.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    backend = GuardedBackend()
    monkeypatch.setattr(backend, "_backend", listener)
    return asyncio.run(backend.connect_tcp("two.example", 443, timeout_s))


def test_an_address_that_swallows_packets_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener(answering=("1.1.1.1",))
    assert through(listener, monkeypatch, 0.2) == "1.1.1.1"
    shares = [share or 0 for _, share in listener.tried]
    assert 0 < shares[0] <= 0.1
    assert 0 < shares[1] <= 0.2 - shares[0] + 0.01


def test_all_addresses_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener(answering=())
    with pytest.raises(ConnectTimeout):
        through(listener, monkeypatch, 0.2)
    assert sum(share or 0 for _, share in listener.tried) <= 0.2


def test_a_redirect_inside_is_not_followed(server: Misbehaving, catalogue: Catalogue) -> None:
    with misbehaving() as inner:
        server.behave(status=307, location=f"{inner.base_url}/chat/completions")
        keys, llm = own_keys(server)
        (only,) = ask(completions_for(server, catalogue), llm, keys)
        assert only.failure is not None
        assert "redirected" in only.failure.what
        assert inner.requests == []


def test_no_unix_socket() -> None:
    with pytest.raises(RefusedAddressError):
        asyncio.run(GuardedBackend().connect_unix_socket("/var/run/docker.sock"))
