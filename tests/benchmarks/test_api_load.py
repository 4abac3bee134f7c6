"""A small load: many clients at a time get right answers, none fails, and they share runs."""

import asyncio

import pytest

from benchmarks.api_load import batch_row, many_texts, memory_row, one_text, predict_rows
from benchmarks.load_client import Load, load
from benchmarks.served_app import ServedApp
from router_models import RouterPanel
from tests.api.serving import api_app, serving, settings


class Here(ServedApp):
    """The API in this process, in place of an app in its own."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rpartition(":")[2])

    def resident_mb(self) -> float:
        return 500.0


def test_many_clients_are_answered_without_an_error(panel: RouterPanel) -> None:
    with serving(api_app(panel, settings())) as url:
        found = asyncio.run(load(Here(url).port, "/predict", one_text, clients=32, seconds=2))
    assert found.errors == 0
    assert len(found.latencies_ms) == len(found.processing_ms) > 32
    assert found.p50_ms <= found.p99_ms
    assert found.per_second > 0


def test_refusals_are_counted_as_errors(panel: RouterPanel) -> None:
    def wrong(_number: int) -> dict[str, object]:
        return {"text": ""}

    with serving(api_app(panel, settings())) as url:
        found = asyncio.run(load(Here(url).port, "/predict", wrong, clients=2, seconds=0.2))
    assert found.errors > 1
    assert not found.latencies_ms


def test_the_tables_rows_say_what_was_measured(panel: RouterPanel) -> None:
    with serving(api_app(panel, settings())) as url:
        rows = asyncio.run(predict_rows(Here(url), 0.5, "short"))
        rows.append(batch_row(Here(url), panel, 1))
        rows.append(asyncio.run(memory_row(Here(url), 1.0)))
    assert [row.target for row in rows] == ["≤ + 5 ms", "≥ 2 ×", "≤ 10 ×", "0", "≥ 70 %", "< + 5 %"]
    assert rows[3].measured == "0"
    assert rows[-1].result.startswith("+0.0%")


def test_prompts_of_a_load_are_all_different() -> None:
    assert len({str(one_text(number)) for number in range(100)}) == 100
    assert len(set(many_texts(100))) == 100


def test_percentiles() -> None:
    found = Load(2.0, [float(number) for number in range(1, 101)])
    assert found.per_second == 50
    assert found.p50_ms == pytest.approx(50.5)
    assert found.p99_ms == pytest.approx(99.01)
