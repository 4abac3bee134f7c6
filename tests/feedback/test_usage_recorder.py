"""Recording: requests never wait for the database, and what it did not take is written later or counted as lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from errors import PlaygroundError
from feedback.access import Access
from feedback.faults import StoreError
from feedback.usage_event import UsageEvent
from feedback.usage_recorder import UsageRecorder
from feedback.usage_report import UsageReport
from feedback.usage_store import UsageStore
from settings import Settings
from tests.feedback.usage_samples import EVER, cheap, event

PATIENCE_S = 60.0


class Gate:
    """A store that can be shut: it says that the database is gone, or waits."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.gone = False
        self.broken = False
        self.batches: list[list[UsageEvent]] = []

    def add(self, events: Sequence[UsageEvent]) -> int:
        assert self.open.wait(PATIENCE_S)
        if self.gone:
            raise StoreError("The database cannot be reached.", "Try again in a moment.")
        if self.broken:
            raise ZeroDivisionError("a prompt that nobody may see")
        self.batches.append(list(events))
        return len(events)

    @property
    def written(self) -> list[str]:
        return [one.id for batch in self.batches for one in batch]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def recorder(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[UsageRecorder]:
    monkeypatch.setattr("feedback.usage_recorder.RETRY_S", 0.01)
    recorder = UsageRecorder(lambda: gate)  # type: ignore[arg-type,return-value]
    yield recorder
    gate.gone = gate.broken = False
    gate.open.set()
    recorder.close(PATIENCE_S)


def made(*events: UsageEvent) -> Callable[[], Sequence[UsageEvent]]:
    return partial(list, events)


def test_events_of_many_requests_are_written_in_few_batches(gate: Gate, recorder: UsageRecorder) -> None:
    events = [event() for _ in range(600)]
    for one in events:
        recorder.record(made(one))
    assert recorder.flush(PATIENCE_S)
    assert gate.written == [one.id for one in events]
    assert len(gate.batches) < 60
    assert max(map(len, gate.batches)) <= 250
    state = recorder.state()
    assert (state.waiting, state.written, state.dropped, state.problem) == (0, 600, 0, "")


def test_a_request_does_not_wait_for_a_database_that_does(gate: Gate, recorder: UsageRecorder) -> None:
    gate.open.clear()
    for _ in range(300):
        recorder.record(made(event()))  # it would block here
    assert recorder.state().written == 0
    gate.open.set()
    assert recorder.flush(PATIENCE_S)
    assert recorder.state().written == 300


def test_a_database_that_is_gone_is_tried_again_and_nothing_is_lost(
    gate: Gate, recorder: UsageRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    gate.gone = True
    recorder.record(made(event(), cheap()))
    assert not recorder.flush(0.2)
    assert "cannot be reached" in recorder.state().problem
    assert recorder.state().waiting == 2
    recorder.record(made(event()))
    gate.gone = False
    assert recorder.flush(PATIENCE_S)
    state = recorder.state()
    assert (state.written, state.dropped, state.problem) == (3, 0, "")
    assert sum("cannot be reached" in record.message for record in caplog.records) == 1, "said once, not every second"


def test_what_does_not_fit_is_counted(gate: Gate) -> None:
    recorder = UsageRecorder(lambda: gate, most=10)  # type: ignore[arg-type,return-value]
    gate.gone = True
    recorder.record(made(*(event() for _ in range(8))))
    assert not recorder.flush(0.2)
    recorder.record(made(*(event() for _ in range(5))))
    assert not recorder.flush(0.2)
    assert (recorder.state().waiting, recorder.state().dropped) == (10, 3)
    gate.gone = False
    assert recorder.close(PATIENCE_S)
    assert len(gate.written) == 10
    recorder.record(made(event()))
    assert recorder.state().dropped == 4, "after its end"


def test_events_that_cannot_be_made_are_counted_and_harm_no_others(
    gate: Gate, recorder: UsageRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> list[UsageEvent]:
        raise KeyError("a prompt that nobody may see")

    recorder.record(fail)
    recorder.record(made(event()))
    assert recorder.flush(PATIENCE_S)
    assert (recorder.state().written, recorder.state().dropped) == (1, 1)
    assert "KeyError" in caplog.text
    assert "nobody may see" not in caplog.text


def test_a_batch_that_no_database_takes_does_not_block_the_next(
    gate: Gate, recorder: UsageRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    gate.broken = True
    recorder.record(made(event()))
    assert recorder.flush(PATIENCE_S)
    gate.broken = False
    recorder.record(made(event()))
    assert recorder.flush(PATIENCE_S)
    assert (recorder.state().written, recorder.state().dropped) == (1, 1)
    assert "nobody may see" not in caplog.text


def test_it_tells_when_it_has_written_and_when_it_is_woken(gate: Gate) -> None:
    told = threading.Semaphore(0)

    def tell() -> None:
        told.release()
        if len(gate.batches) == 1:
            raise PlaygroundError("The budget could not be read.", "Wait.")

    recorder = UsageRecorder(lambda: gate, tell)  # type: ignore[arg-type,return-value]
    recorder.wake()
    assert told.acquire(timeout=PATIENCE_S)
    recorder.record(made(event()))
    assert told.acquire(timeout=PATIENCE_S)
    assert recorder.flush(PATIENCE_S)
    assert recorder.state().written == 1
    assert "could not be read" in recorder.state().problem
    gate.batches.append([])
    recorder.wake()
    assert recorder.close(PATIENCE_S)


def test_a_file_that_is_gone_and_back(on_sqlite: Settings) -> None:
    """Taken away under the recorder, as by a restore: what comes afterwards is in the new file."""
    access = Access(on_sqlite)
    recorder = UsageRecorder(lambda: UsageStore(access))
    recorder.record(made(event()))
    assert recorder.flush(PATIENCE_S)
    for file in on_sqlite.data_dir.iterdir():
        file.unlink()
    recorder.record(made(cheap()))
    assert recorder.flush(PATIENCE_S)
    assert UsageReport(access).total(EVER).events == 1
    assert recorder.close(PATIENCE_S)


def test_a_server_that_is_gone_and_back(on_postgresql: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection is cut; the batch that was under way is written again, and counted once."""
    monkeypatch.setattr("feedback.usage_recorder.RETRY_S", 0.01)
    access, other = Access(on_postgresql), Access(on_postgresql)
    recorder = UsageRecorder(lambda: UsageStore(access))
    recorder.record(made(event()))
    assert recorder.flush(PATIENCE_S)
    for _ in range(3):
        with other.writing("The test could not cut connections") as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        recorder.record(made(cheap()))
        assert recorder.flush(PATIENCE_S)
    assert UsageReport(access).total(EVER).events == 4
    assert recorder.close(PATIENCE_S)
    assert recorder.state().dropped == 0
    access.close()
    other.close()


def test_a_folder_that_cannot_be_written_is_said_and_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    access = Access(Settings(data_dir=tmp_path / "taken", database_url=None))
    recorder = UsageRecorder(lambda: UsageStore(access))
    recorder.record(made(event()))
    assert not recorder.flush(0.5)
    assert "Usage could not be saved" in recorder.state().problem
    assert not recorder.close(PATIENCE_S)
