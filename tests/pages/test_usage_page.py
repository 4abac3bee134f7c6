"""The Usage page without a browser: its callbacks on a real store, and the pages that record."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.plots.theme import theme
from feedback.annotator_names import shown_name
from feedback.records import now
from feedback.store import FeedbackStore
from feedback.usage import Usage, unrecorded
from feedback.usage_budget import Budget
from feedback.usage_event import ROUTE_PAGE, UsageEvent
from feedback.usage_store import UsageStore
from feedback.usage_sums import Sums, UsageFilter
from pages._usage_charts import OTHERS, by_series, cost_chart, days_between, decisions_chart, saving_chart
from pages._usage_more_charts import drift_chart, latency_chart
from pages._usage_page import CHARTS, OUTPUTS, UsagePage
from pages._usage_view import table_rows, tiles
from pages._usage_words import used_up_sentence
from pages._visitor import visitor_of
from pages.route import RoutePage
from pages.usage import BUDGET
from pages.usage_export import install_usage_export
from router_models import RouterPanel
from settings import Settings
from tests.feedback.usage_samples import cheap, event

CHOSEN = ("30", "", "", "", "paid")
WILD = "<script>alert(1)</script>"
PATIENCE_S = 60.0


class Desk:
    """One visitor of the page."""

    def __init__(self, panel: RouterPanel, folder: Path, **options: Any) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder, database_url=None, **options)
        self.store = FeedbackStore(self.settings)
        self.usage = Usage(panel, self.settings, self._open)
        self.page = UsagePage(self.usage, self.settings)
        self.events = UsageStore(self.store.access)

    def _open(self) -> FeedbackStore:
        return self.store

    def shows(self, *chosen: str) -> dict[str, Any]:
        values = self.page.shown("light", *(chosen or CHOSEN))
        assert len(values) == OUTPUTS
        names = ["notice", "tiles", "table", "drift", "export", "figures", "charts", "empty"]
        return dict(
            zip([*names, *(f"{part} {name}" for name in CHARTS for part in ("plot", "foot"))], values, strict=True)
        )

    def close(self) -> None:
        self.usage.close(PATIENCE_S)
        self.store.close()


@pytest.fixture
def desk(panel: RouterPanel, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(panel, tmp_path / "data")
    yield desk
    desk.close()


@pytest.fixture
def month(desk: Desk) -> list[UsageEvent]:
    """Events of the last days."""
    made = [
        (event if number % 3 else cheap)(
            at=now() - timedelta(days=number % 9), place=("/route", "/predict")[number % 2]
        )
        for number in range(60)
    ]
    made += [event(at=now(), answered=False, cost_usd=None, baseline_usd=Decimal("0.5")), event(at=now(), router="")]
    desk.events.add(made)
    return made


def test_an_empty_page_says_how_to_get_events(desk: Desk) -> None:
    shown = desk.shows()
    assert "Nothing was routed yet" in shown["empty"]
    assert "/predict" in shown["empty"]
    assert shown["figures"]["visible"] is False
    assert shown["notice"] == ""


def test_figures_are_the_sums_of_the_events(desk: Desk, month: list[UsageEvent]) -> None:
    shown = desk.shows()
    assert (shown["notice"], shown["empty"]) == ("", "")
    assert shown["figures"]["visible"] is True
    routed = [one for one in month if one.router]
    assert f">{len(routed)}<" in shown["tiles"]
    paid = [one for one in month if one.answered]
    assert f"{len(paid)} answers" in shown["tiles"]
    saved = sum((one.saving_usd for one in routed if one.answered and one.saving_usd is not None), Decimal(0))
    today = now().date()
    chosen = UsageFilter(first=today - timedelta(days=29), last=today)
    assert desk.usage.report.total(chosen, answered=True).saving_usd == saved
    assert "first=" in shown["export"]


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


def test_filters_reach_every_figure(desk: Desk, month: list[UsageEvent]) -> None:
    assert ">cheap<" in desk.shows()["table"]
    only = desk.shows("30", "knn", "dear", "/route", "estimated")
    assert ">cheap<" not in only["table"]
    assert "/route" in only["foot decisions"]
    assert "estimated" in only["tiles"]
    none = desk.shows("7", "nobody", "", "", "paid")
    assert none["figures"]["visible"] is True
    assert ">0<" in none["tiles"]
    for wrong in (("1e9", "", "", "", "paid"), ("30", "", "", "", "free"), (None, None, None, None, None)):
        refused = desk.shows(*wrong)  # type: ignore[arg-type]
        assert "does not exist" in refused["notice"]
        assert refused["figures"]["visible"] is False
    assert desk.shows("all", *CHOSEN[1:])["notice"] == ""
    assert desk.shows("month", *CHOSEN[1:])["notice"] == ""


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


def test_the_first_days_axis_is_a_week_and_not_a_month_of_nothing(desk: Desk) -> None:
    desk.events.add([event(at=now())])
    rows = read(desk_csv(desk.shows()["foot decisions"]))
    assert len(rows) == 7
    assert rows[-1]["day"] == now().date().isoformat()
    desk.events.add([event(at=now() - timedelta(days=20))])
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


def test_names_are_text_and_never_markup(desk: Desk) -> None:
    desk.events.add([event(at=now(), router=WILD, llm=WILD, place=WILD[:40], reference=WILD, answered=True)])
    shown = desk.shows()
    for name, value in shown.items():
        assert "<script" not in str(getattr(value, "plot", value)), name
    assert "&lt;script&gt;" in shown["table"]


def test_a_database_that_does_not_answer_is_told(panel: RouterPanel, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    desk = Desk(panel, tmp_path / "taken")
    shown = desk.shows()
    assert "Usage could not be read" in shown["notice"]
    assert "Usage could not be read" in desk.page.opened("light", *CHOSEN)[3]
    assert "The budget could not be read" in desk.page.budget_shown()[0]
    nobody = UsagePage(unrecorded(panel), desk.settings)
    assert "not recorded in this process" in nobody.shown("light", *CHOSEN)[0]


def test_the_first_page_offers_what_there_is(desk: Desk, month: list[UsageEvent]) -> None:
    routers, llms, places = desk.page.opened("dark", *CHOSEN)[:3]
    assert routers["choices"] == [("All", ""), ("knn", "knn")]
    assert [value for _, value in llms["choices"]] == ["", "cheap", "dear"]
    assert [value for _, value in places["choices"]] == ["", "/predict", "/route"]


def test_many_series_are_put_together() -> None:
    day = now().date()
    sums = {(day, f"llm-{number}"): Sums(usd=Decimal(number + 1)) for number in range(12)}
    series = by_series(sums, [day], lambda one: one.usd)
    assert list(series) == [*(f"llm-{number}" for number in range(11, 3, -1)), OTHERS]
    assert sum(values[0] for values in series.values()) == sum(range(1, 13))


def test_the_table_says_which_router_picked_what(desk: Desk, month: list[UsageEvent]) -> None:
    today = now().date()
    chosen = UsageFilter(first=today - timedelta(days=29), last=today)
    rows = {(row.router, row.llm): row for row in table_rows(desk.usage.report.by_router_and_llm(chosen))}
    dear = rows["knn", "dear"]
    mine = [one for one in month if (one.router, one.llm) == ("knn", "dear")]
    assert (dear.decisions, dear.answers) == (len(mine), sum(one.answered for one in mine))
    assert dear.paid == sum((one.cost_usd or 0 for one in mine), Decimal(0))
    assert dear.estimated == Decimal("0.02")
    assert sum(row.share for row in rows.values() if row.router == "knn") == pytest.approx(1)


def test_a_budget_is_set_acts_is_switched_back_and_removed(desk: Desk) -> None:
    request = gr.Request(session_hash="tab")
    desk.events.add([event(at=now()) for _ in range(3)])
    assert "no budget" in desk.page.budget_shown()[1]
    for usd, said in ((0, "no usable amount"), (None, "no amount"), (-3, "no usable amount")):
        assert said in desk.page.budget_saved(usd, "day", 80, 0.8, request)[0]
    banner, state, *values, remove, switch = desk.page.budget_saved(0.02, "day", 80, 0.9, request)
    assert "used up ($0.02): thresholds are raised to 0.90" in banner
    assert "$0.03</b> of $0.02" in state
    assert values == [0.02, "day", 80.0, 0.9]
    assert (remove["visible"], switch["visible"], switch["value"]) == (True, True, "Switch back")
    raising = desk.usage.raising()
    assert raising is not None
    assert raising.threshold == 0.9
    banner, state, *_, switch = desk.page.budget_switched(request)
    assert desk.usage.raising() is None
    assert "were switched back" in banner
    assert switch["value"] == "Raise thresholds again"
    desk.page.budget_switched(request)
    assert desk.usage.raising() == raising
    banner, state, *_ = desk.page.budget_removed(request)
    assert "no budget" in state
    assert desk.usage.raising() is None
    for line in ("set", "alert", "raised", "switched back", "switched on", "removed"):
        assert f"<td>{line}</td>" in state
    assert shown_name(visitor_of(request, desk.settings).author) in state, "as on the Label page"
    assert "tab:" not in state


def test_the_environments_budget_is_shown(panel: RouterPanel, tmp_path: Path) -> None:
    desk = Desk(panel, tmp_path, budget_usd=Decimal(2), budget_period="month")
    banner, _, usd, period, *_ = desk.page.budget_shown()
    assert (banner.strip(), usd, period) == ("", 2.0, "month")
    desk.events.add([event(at=now(), cost_usd=Decimal("1.7"))])
    assert "$1.70 of the budget of $2" in desk.page.budget_shown()[0]
    desk.close()


def test_the_route_page_records_its_panel_and_shows_a_raised_threshold(desk: Desk, panel: RouterPanel) -> None:
    page = RoutePage(panel, desk.usage)
    prompt = "Prove that there are infinitely many primes."
    told = gr.EventData(None, {"prompt": prompt, "query": "t.knn=0.01&t.keras-cnn=0.3"})
    html, session = page.submitted(page_session(), told)
    assert session.run is not None
    assert "data-used-up" not in html
    assert desk.usage.recorder.flush(PATIENCE_S)
    today = now().date()
    chosen = UsageFilter(first=today, last=today, place=ROUTE_PAGE)
    total = desk.usage.report.total(chosen)
    assert total.decisions == len(session.run.scores)
    assert total.usd > 0
    assert desk.usage.report.total(chosen, answered=True) == Sums()
    thresholds = {row["threshold"] for row in exported_rows(desk, chosen) if row["router"] == "knn"}
    assert thresholds == {"0.01"}

    desk.usage.budget.put(Budget(usd=Decimal("0.001"), threshold=0.95), "ann")
    desk.events.add([event(at=now())])
    desk.usage.guard.refresh()
    html = page.adjusted(session, gr.EventData(None, {"query": "t.knn=0.01"}))
    assert "data-used-up" in html
    assert "thresholds are raised to 0.95" in html
    assert "/usage#rp-us-budget" in html
    assert "raised from 0.01 to 0.95" in html
    assert 'name="t.knn" value="0.01"' in html, "the visitor's own threshold is kept for later"
    assert 'name="t.keras-cnn"' not in html, "and no raised one is taken for theirs"


def test_the_export_streams_the_chosen_events(desk: Desk, month: list[UsageEvent]) -> None:
    app = Starlette()
    install_usage_export(app, desk.usage, desk.settings)
    client = TestClient(app)
    today = now().date()
    query = f"first={today - timedelta(days=29)}&last={today}"
    answer = client.get(f"/usage/export.csv?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert f"usage-{today - timedelta(days=29)}-{today}.csv" in answer.headers["content-disposition"]
    rows = read(answer.text)
    assert {row["id"] for row in rows} == {one.id for one in month}
    only = read(client.get(f"/usage/export.csv?{query}&llm=cheap").text)
    assert len(only) == sum(one.llm == "cheap" for one in month)
    assert client.get(f"/usage/export.parquet?{query}").content[:4] == b"PAR1"
    for wrong in (f"/usage/export.xlsx?{query}", "/usage/export.csv", "/usage/export.csv?first=now&last=then"):
        assert client.get(wrong).status_code == 422


def test_who_may_not_see_usage_gets_no_export(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback.visitor import Visitor

    class Guest:
        def visitor(self, cookies: object) -> Visitor:
            return Visitor("guest")

    monkeypatch.setattr("pages.usage_export.identity_of", lambda _settings: Guest())
    app = Starlette()
    install_usage_export(app, desk.usage, desk.settings)
    assert TestClient(app).get("/usage/export.csv?first=2025-01-01&last=2025-01-02").status_code == 403


def test_a_month_and_a_day_are_named() -> None:
    assert "Budget of today used up ($5)" in used_up_sentence(Budget(usd=Decimal(5)))
    assert "the end of the month" in used_up_sentence(Budget(usd=Decimal(5), period="month"))
    shares = tiles(Sums(), Sums(), Sums(), _view())
    assert [tile.text for tile in shares if tile.key == "escalated"] == ["–"]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def desk_csv(foot: str) -> str:
    """The CSV that a chart's foot carries."""
    return unquote(unescape(foot).split("data:text/csv;charset=utf-8,")[1].split('"')[0])


def exported_rows(desk: Desk, chosen: UsageFilter) -> list[dict[str, str]]:
    from feedback.usage_export import exported

    return read(b"".join(exported(desk.store.access, chosen, "csv")).decode())


def page_session() -> Any:
    from pages._session import Session

    return Session()


def _view() -> Any:
    from pages._usage_view import UsageView

    return UsageView(UsageFilter(first=now().date(), last=now().date()), paid=True)


def test_the_budget_says_what_it_does_not_count() -> None:
    assert "Runs of judge LLMs" in BUDGET
    assert "are not counted" in BUDGET
