"""What the charts of the Usage page hold, and what they say where they hold nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from benchmarks.plots.theme import theme
from feedback.records import now
from feedback.usage_event import UsageEvent
from feedback.usage_sums import Sums, UsageFilter
from pages._usage_charts import OTHERS, by_series, cost_chart, days_between, decisions_chart, saving_chart
from pages._usage_more_charts import drift_chart, latency_chart
from tests.feedback.usage_samples import event
from tests.pages.usage_desk import CHOSEN, Desk, desk_csv, last_days, opened_desk, read

desk, month = opened_desk, last_days


def test_chart_data_equal_the_sums(desk: Desk, month: list[UsageEvent]) -> None:
    """What a chart's CSV holds, by day, against the events themselves."""
    report, today = desk.usage.report, now().date()
    chosen = UsageFilter(first=today - timedelta(days=29), last=today)
    days, light = days_between(chosen.first, chosen.last), theme("light")
    rows = read(decisions_chart(report.by_day_and_place(chosen), days, light).csv())
    assert len(rows) == 30
    for row in rows:
        mine = [one for one in month if one.router and one.at.date().isoformat() == row["day"]]
        assert int(row["/route"]) == sum(one.place == "/route" for one in mine)
        assert int(row["/predict"]) == sum(one.place == "/predict" for one in mine)
    for row in read(cost_chart(report.by_day_and_llm(chosen, answered=True), days, light, paid=True).csv()):
        mine = [one for one in month if one.answered and one.at.date().isoformat() == row["day"]]
        for llm in ("cheap", "dear"):
            assert Decimal(row[llm]) == sum((one.cost_usd or 0 for one in mine if one.llm == llm), Decimal(0))
    for row in read(saving_chart(report.by_day(chosen, answered=False), days, light, paid=False).csv()):
        mine = [one for one in month if not one.answered and one.at.date().isoformat() == row["day"]]
        expected = sum((one.saving_usd or Decimal(0) for one in mine), Decimal(0))
        assert Decimal(row["saved, USD"]) == expected
    (row,) = read(latency_chart(report.latencies(chosen), light).csv())
    assert (row["router"], int(row["decisions"])) == ("knn", len([one for one in month if one.router]))
    assert float(row["p50, ms"]) == pytest.approx(4.0, rel=0.13)
    far = read(drift_chart(report.novelties(chosen.first, chosen.last), days, light).csv())
    assert sum(int(row["prompts"]) for row in far) == len(month)


def test_a_chart_without_anything_says_so_instead_of_empty_axes(desk: Desk) -> None:
    desk.events.add([event(at=now(), answered=False, cost_usd=None, estimated_usd=Decimal("0.00001"))])
    shown = desk.shows()
    for name in ("cost", "saving"):
        assert shown[f"plot {name}"]["visible"] is False, name
        assert "Nothing yet." in shown[f"foot {name}"]
        assert "estimated, not answered" in shown[f"foot {name}"]
    for name in ("decisions", "escalation", "latency"):
        assert shown[f"plot {name}"]["visible"] is True, name
        assert "How to read this" in shown[f"foot {name}"]
    estimated = desk.shows(*CHOSEN[:4], "estimated")
    assert estimated["plot cost"]["visible"] is True
    nobody = desk.shows("7", "nobody", "", "", "paid")
    assert all("Nothing yet." in nobody[f"foot {name}"] for name in ("decisions", "escalation", "cost", "latency"))


def test_the_first_days_axis_is_a_week_and_not_a_month_of_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = now()  # once: between two looks at the clock a day may end

    def still() -> datetime:
        return moment

    monkeypatch.setattr("pages._usage_page.now", still)
    desk.events.add([event(at=moment)])
    rows = read(desk_csv(desk.shows()["foot decisions"]))
    assert len(rows) == 7
    assert rows[-1]["day"] == moment.date().isoformat()
    desk.events.add([event(at=moment - timedelta(days=20))])
    assert len(read(desk_csv(desk.shows()["foot decisions"]))) == 21
    assert len(read(desk_csv(desk.shows("7", *CHOSEN[1:])["foot decisions"]))) == 7


def test_axes_write_small_amounts_out_and_count_whole_decisions(desk: Desk) -> None:
    desk.events.add([event(at=now(), cost_usd=Decimal("0.00002"))])
    shown = desk.shows()
    cost = json.loads(shown["plot cost"]["value"].plot)["layout"]
    for axis in ("yaxis", "yaxis2"):
        assert (cost[axis]["exponentformat"], cost[axis]["tickprefix"]) == ("none", "$")
    assert json.loads(shown["plot decisions"]["value"].plot)["layout"]["yaxis"]["dtick"] == 1
    assert "callers" not in shown["tiles"]


def test_many_series_are_put_together() -> None:
    day = now().date()
    sums = {(day, f"llm-{number}"): Sums(usd=Decimal(number + 1)) for number in range(12)}
    series = by_series(sums, [day], lambda one: one.usd)
    assert list(series) == [*(f"llm-{number}" for number in range(11, 3, -1)), OTHERS]
    assert sum(values[0] for values in series.values()) == sum(range(1, 13))
