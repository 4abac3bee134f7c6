"""Events, and the sums that charts are drawn from: they must always agree."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from feedback.access import Access
from feedback.usage_bins import bin_of, edge_ms, percentile_ms
from feedback.usage_event import UsageEvent
from feedback.usage_export import exported
from feedback.usage_report import UsageReport
from feedback.usage_speed import fill, measure, multiply, synthetic_events
from feedback.usage_store import UsageStore
from feedback.usage_sums import Choices, Sums, UsageFilter
from feedback.usage_tables import UsageDay, UsageEventRow, UsageLatency, UsageNovelty
from settings import Settings
from tests.feedback.usage_samples import DAY, EVER, cheap, event, later, read_csv

CENT = Decimal("0.01")
ODD = "<img src=x onerror=alert(1)> \N{PILE OF POO}\0\ud800"


@pytest.fixture
def access(database: Settings) -> Iterator[Access]:
    access = Access(database)
    yield access
    access.close()


def test_events_are_summed_by_day_place_router_llm_and_answer(access: Access) -> None:
    store, report = UsageStore(access), UsageReport(access)
    only = cheap(answered=False, cost_usd=None, estimated_usd=Decimal("0.004"), baseline_usd=Decimal("0.02"))
    assert store.add([event(), event(), cheap(), only, event(at=later(1), router="", baseline_usd=None)]) == 5
    assert report.choices() == Choices(("knn",), ("cheap", "dear"), ("/route",), DAY.date())
    total = report.total(EVER)
    assert (total.decisions, total.events, total.escalated) == (4, 5, 3)
    paid, estimated = report.total(EVER, answered=True), report.total(EVER, answered=False)
    assert paid.usd == 3 * CENT + CENT / 10
    assert paid.saving_usd == CENT - CENT / 10 - 3 * Decimal("0.000001")
    assert (paid.saving_events, paid.baseline_usd) == (3, 3 * CENT)
    assert (estimated.usd, estimated.events) == (Decimal("0.004"), 1)
    assert report.by_day(EVER, answered=True)[(later(1).date(),)].usd == CENT
    assert {key: one.events for key, one in report.by_router_and_llm(EVER).items()} == {
        ("", "dear", True): 1,
        ("knn", "cheap", False): 1,
        ("knn", "cheap", True): 1,
        ("knn", "dear", True): 2,
    }


def test_a_second_write_of_the_same_events_changes_nothing(access: Access) -> None:
    store, report = UsageStore(access), UsageReport(access)
    first, second = event(), cheap()
    assert store.add([first, first]) == 1
    before = report.total(EVER), report.latencies(EVER), report.novelties(EVER.first, EVER.last)
    assert store.add([first]) == 0
    assert (report.total(EVER), report.latencies(EVER), report.novelties(EVER.first, EVER.last)) == before
    assert store.add([first, second]) == 1
    assert report.total(EVER).events == 2
    assert store.add([]) == 0


def test_filters_take_what_they_say(access: Access) -> None:
    UsageStore(access).add([event(), cheap(place="/predict"), cheap(router="cascade", at=later(3))])
    report = UsageReport(access)

    def counted(**changes: object) -> int:
        fields = {"first": EVER.first, "last": EVER.last} | changes
        return report.total(UsageFilter(**fields)).events  # type: ignore[arg-type]

    assert counted(router="knn") == 2
    assert counted(llm="cheap") == 2
    assert counted(place="/predict") == 1
    assert counted(last=DAY.date()) == 2
    assert counted(first=later(1).date()) == 1
    assert counted(router="nobody") == 0
    chosen = UsageFilter(first=EVER.first, last=EVER.last, router="cascade")
    assert set(report.latencies(chosen)) == {"cascade"}
    assert len(read_csv(exported(access, chosen, "csv"))) == 1


def test_an_event_belongs_to_its_day_in_utc(access: Access) -> None:
    evening = datetime(2025, 5, 17, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    UsageStore(access).add([event(at=evening)])
    assert list(UsageReport(access).by_day(EVER, answered=True)) == [(datetime(2025, 5, 18, tzinfo=UTC).date(),)]


def test_sums_of_random_events_equal_what_python_counts(access: Access) -> None:
    """Every chart's data against the events themselves, as the export gives them."""
    events = list(synthetic_events(1_500, 20, later(0), seed=random.randrange(10**6)))
    assert fill(UsageStore(access), iter(events)) == len(events)
    report = UsageReport(access)
    for router in ("", "router-03"):
        chosen = UsageFilter(first=EVER.first, last=EVER.last, router=router)
        kept = [one for one in events if router in ("", one.router)]
        by_llm = report.by_day_and_llm(chosen, answered=True)
        for (day, llm), sums in by_llm.items():
            mine = [one for one in kept if one.answered and (one.at.date(), one.llm) == (day, llm)]
            assert sums.events == len(mine)
            assert sums.usd == sum((one.cost_usd or Decimal(0) for one in mine), Decimal(0))
        assert sum(sums.events for sums in by_llm.values()) == sum(one.answered for one in kept)
        savings = [one.saving_usd for one in kept if one.answered]
        assert report.total(chosen, answered=True).saving_usd == sum(map(Decimal, filter(None, savings)), Decimal(0))
        bins = Counter((one.router, bin_of(one.latency_ms or 0)) for one in kept)
        found = report.latencies(chosen)
        assert {(name, number): count for name, row in found.items() for number, count in row.items()} == bins
    rows = read_csv(exported(access, EVER, "csv"))
    assert [row["id"] for row in rows] == [one.id for one in sorted(events, key=_moment)]
    assert sum(Decimal(row["cost_usd"] or 0) for row in rows) == report.total(EVER, answered=True).usd


def test_parquet_says_the_same_as_csv(access: Access) -> None:
    UsageStore(access).add([event(), cheap(at=later(1), answered=False, cost_usd=None, threshold=None)])
    table = pq.read_table(io.BytesIO(b"".join(exported(access, EVER, "parquet"))))
    assert table.column_names == list(UsageEvent.__slots__)
    rows = read_csv(exported(access, EVER, "csv"))
    for row, other in zip(rows, table.to_pylist(), strict=True):
        assert (row["id"], datetime.fromisoformat(row["at"])) == (other["id"], other["at"])
        assert other["cost_usd"] == (Decimal(row["cost_usd"]) if row["cost_usd"] else None)
        assert other["threshold"] == (float(row["threshold"]) if row["threshold"] else None)
        assert str(other["answered"]) == row["answered"]


def test_an_export_of_nothing_is_still_a_file(access: Access) -> None:
    assert b"".join(exported(access, EVER, "csv")).decode().split(",")[0] == "id"
    assert pq.read_table(io.BytesIO(b"".join(exported(access, EVER, "parquet")))).num_rows == 0


def test_odd_names_and_amounts_are_kept_harmless(access: Access) -> None:
    """No name breaks a batch, and none is a formula for the spreadsheet that opens the export."""
    wild = [
        event(llm="=HYPERLINK(1)", caller="@sum", place="-1+1"),
        event(router=ODD, llm=ODD * 50, place=ODD * 50),
        event(cost_usd=Decimal("Infinity"), baseline_usd=Decimal("1e30"), latency_ms=float("inf"), novelty=1e9),
        event(latency_ms=float("nan"), novelty=-3.0, p_strong=None),
    ]
    assert UsageStore(access).add(wild) == 4
    report = UsageReport(access)
    assert report.total(EVER).unpriced == 1
    rows = read_csv(exported(access, EVER, "csv"))
    cells = [row[name] for row in rows for name in ("llm", "caller", "place")]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    assert sum(sum(row.values()) for row in report.latencies(EVER).values()) == 4


def test_percentiles_from_bins_are_as_good_as_they_say() -> None:
    draw = random.Random(5)
    for _ in range(20):
        taken = sorted(draw.lognormvariate(draw.uniform(-3, 6), draw.uniform(0.1, 2)) for _ in range(3_000))
        counts = Counter(map(bin_of, taken))
        for percent in (1, 50, 95, 99):
            exact = taken[round(percent / 100 * (len(taken) - 1))]
            assert percentile_ms(counts, percent) == pytest.approx(exact, rel=0.13)
    assert percentile_ms({bin_of(3.0): 1}, 50) == pytest.approx(3.0, rel=0.13)
    assert percentile_ms({}, 50) != percentile_ms({}, 50)
    assert edge_ms(bin_of(5.0)) <= 5.0 < edge_ms(bin_of(5.0) + 1)
    assert bin_of(0.0) == bin_of(-1.0) == bin_of(float("nan")) == 0


def test_every_question_of_the_page_is_measured(access: Access) -> None:
    fill(UsageStore(access), synthetic_events(300, 10, datetime.now(UTC)))
    multiply(access, 3)
    report = UsageReport(access)
    assert report.total(UsageFilter(first=date(2020, 1, 1), last=date(2999, 1, 1))).events == 900
    assert len(read_csv(exported(access, UsageFilter(first=date(2020, 1, 1), last=date(2999, 1, 1)), "csv"))) == 900
    timings = measure(access, days=10, repeats=1)
    assert {timing.question for timing in timings} >= {"cost", "saving", "latency", "drift", "table", "budget"}
    assert all(timing.longest_ms >= timing.median_ms > 0 <= timing.own_ms for timing in timings)


def test_nothing_is_summed_that_was_not_written(access: Access) -> None:
    assert UsageReport(access).total(EVER) == Sums()
    assert UsageReport(access).choices().first is None


def test_sums_and_events_are_written_in_one_transaction(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    import feedback.usage_store as module

    def fail(*_: object) -> list[dict[str, object]]:
        raise RuntimeError("after the events, before the last sums")

    monkeypatch.setattr(module, "novelty_rows", fail)
    with pytest.raises(RuntimeError):
        UsageStore(access).add([event()])
    with access.reading("The test could not read") as connection:
        for table in (UsageEventRow, UsageDay, UsageLatency, UsageNovelty):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0


def _moment(one: UsageEvent) -> tuple[datetime, str]:
    return one.at, one.id
