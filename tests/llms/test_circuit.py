"""A provider that keeps failing is left alone, then tried by one request."""

from llms.circuit import COOL_DOWN_S, FAILURES_TO_OPEN, Circuit, Circuits


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


def test_each_provider_has_its_own_and_the_oldest_are_forgotten() -> None:
    circuits = Circuits(Clock())
    fail(circuits["a"], FAILURES_TO_OPEN)
    assert circuits["b"].refuses("b") is None
    for number in range(300):
        _ = circuits[f"https://{number}.example"]
        assert circuits["a"].refuses("a") is not None, "used ones stay"
    for number in range(300):
        _ = circuits[f"https://{number}.example"]
    assert circuits["a"].refuses("a") is None
