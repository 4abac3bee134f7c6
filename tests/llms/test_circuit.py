"""A provider that keeps failing is left alone, then tried by one request."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from llms.circuit import COOL_DOWN_S, FAILURES_TO_OPEN, Circuit, Circuits, Outcome
from llms.providers import Connection, Provider


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(circuit: Circuit, times: int = 1) -> None:
    for _ in range(times):
        circuit.end(probe=circuit.begin(), failed=True)


def test_it_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit(Clock())
    fail(circuit, FAILURES_TO_OPEN - 1)
    circuit.end(probe=circuit.begin(), failed=False)
    fail(circuit, FAILURES_TO_OPEN - 1)
    assert circuit.refuses("Somebody") is None
    circuit.end(probe=circuit.begin(), failed=None)
    assert circuit.refuses("Somebody") is None, "a request that was given up says nothing"
    fail(circuit)
    refused = circuit.refuses("Somebody")
    assert refused is not None
    assert refused.what == "Somebody has failed 5 times in a row."
    assert refused.mend == "Try again in 30 s."


def test_one_probe_decides() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    fail(circuit, FAILURES_TO_OPEN)
    clock.now += COOL_DOWN_S
    assert circuit.refuses("Somebody") is None
    assert circuit.begin()
    waiting = circuit.refuses("Somebody")
    assert waiting is not None
    assert "when one request has got through" in waiting.mend
    circuit.end(probe=True, failed=True)
    assert circuit.wait_s == COOL_DOWN_S
    clock.now += COOL_DOWN_S
    circuit.end(probe=circuit.begin(), failed=None)
    assert circuit.refuses("Somebody") is None, "a probe that was given up makes room for another"
    circuit.end(probe=circuit.begin(), failed=False)
    assert not circuit.begin()
    assert circuit.wait_s == 0


def test_stragglers_do_not_pass_for_the_probe() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    straggler = circuit.begin()
    fail(circuit, FAILURES_TO_OPEN)
    clock.now += COOL_DOWN_S
    circuit.begin()
    circuit.end(probe=straggler, failed=None)
    assert circuit.refuses("Somebody") is not None


def test_there_is_one_probe_even_if_two_were_let_through() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    fail(circuit, FAILURES_TO_OPEN)
    clock.now += COOL_DOWN_S
    assert [circuit.refuses("Somebody"), circuit.refuses("Somebody")] == [None, None]
    assert [circuit.begin(), circuit.begin()] == [True, False]


def to(address: str, model: str = "m", *, own: bool = False) -> Connection:
    provider = Provider(title="Somebody", source="the test")
    return Connection(model, "M", provider, base_url=f"https://{address}.example/v1", guarded=own)


def end(circuits: Circuits, connection: Connection, outcome: Outcome, times: int = FAILURES_TO_OPEN) -> None:
    for _ in range(times):
        way = circuits.way(connection)
        way.end(way.begin(), outcome)


def refused(circuits: Circuits, connection: Connection) -> bool:
    return circuits.way(connection).refuses("Somebody") is not None


def test_each_address_has_its_own_and_the_oldest_are_forgotten() -> None:
    circuits = Circuits(Clock())
    end(circuits, to("a"), "unreachable")
    assert not refused(circuits, to("b"))
    for number in range(300):
        circuits.way(to(str(number)))
        assert refused(circuits, to("a")), "used ones stay"
    for number in range(300):
        circuits.way(to(str(number)))
    assert not refused(circuits, to("a"))


def test_no_connection_is_the_address_s_fault_and_a_failure_the_llm_s() -> None:
    circuits = Circuits(Clock())
    end(circuits, to("a", "broken"), "failed")
    assert refused(circuits, to("a", "broken"))
    assert not refused(circuits, to("a", "sound"))
    end(circuits, to("b", "one"), "unreachable")
    assert refused(circuits, to("b", "another"))
    end(circuits, to("c"), "unreachable", FAILURES_TO_OPEN - 1)
    end(circuits, to("c"), "failed", 1)
    end(circuits, to("c"), "unreachable", 1)
    assert not refused(circuits, to("c")), "an address that answers, with whatever, can be reached"


def test_a_user_s_endpoint_cannot_trip_a_provider_or_another_endpoint() -> None:
    circuits = Circuits(Clock())
    for outcome in ("unreachable", "failed"):
        end(circuits, to("a", own=True), outcome)
    assert refused(circuits, to("a", own=True))
    assert not refused(circuits, to("a"))
    assert not refused(circuits, to("a", "other", own=True))


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_many_threads_may_look_at_once() -> None:
    circuits = Circuits()

    def look(start: int) -> None:
        for number in range(3000):
            circuits.way(to(str((start + number) % 600)))

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(look, start) for start in (0, 150, 300, 450)]:
            done.result()
