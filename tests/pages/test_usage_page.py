"""The Usage page without a browser: its callbacks on a real store."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from feedback.records import now
from feedback.usage import unrecorded
from feedback.usage_budget import Budget
from feedback.usage_event import UsageEvent
from feedback.usage_sums import Sums, UsageFilter
from pages._usage_page import UsagePage
from pages._usage_thumbs import thumbs_tile
from pages._usage_view import UsageView, table_rows, tiles
from pages._usage_words import used_up_sentence
from router_models import RouterPanel
from tests.feedback.usage_samples import cheap, event
from tests.pages.usage_desk import CHOSEN, Desk, desk_csv, last_days, opened_desk, read

WILD = "<script>alert(1)</script>"

desk, month = opened_desk, last_days


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


def test_baselines_do_not_count_as_escalated_unless_one_is_chosen(desk: Desk) -> None:
    desk.events.add([event(at=now(), router="always-strong") for _ in range(3)])
    alone = desk.shows()
    assert tile(alone["tiles"], "escalated") == "–"
    assert "3 of baselines do not count" in alone["tiles"]
    assert "Only baselines decided" in alone["foot escalation"]
    asked = event(at=now(), router="", escalated=False)
    desk.events.add([event(at=now()), cheap(at=now()), event(at=now(), router="random"), asked])
    shown = desk.shows()
    assert tile(shown["tiles"], "escalated") == "50.0 %"
    assert "1 of 2 decisions; 4 of baselines do not count" in shown["tiles"]
    assert tile(shown["tiles"], "decisions") == "6", "they are decisions all the same"
    assert {row["router"] for row in read(desk_csv(shown["foot escalation"]))} == {"knn"}
    chosen = desk.shows("30", "always-strong", "", "", "paid")
    assert tile(chosen["tiles"], "escalated") == "100.0 %"
    assert "do not count" not in chosen["tiles"]
    assert {row["router"] for row in read(desk_csv(chosen["foot escalation"]))} == {"always-strong"}


def tile(html: str, key: str) -> str:
    """A figure of the tiles."""
    return html.split(f'data-figure="{key}"')[1].split("<dd")[1].split(">", 1)[1].split("<")[0].replace("\u00a0", " ")


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


def test_a_month_and_a_day_are_named() -> None:
    assert "Budget of today used up ($5)" in used_up_sentence(Budget(usd=Decimal(5)))
    assert "the end of the month" in used_up_sentence(Budget(usd=Decimal(5), period="month"))
    shares = tiles(Sums(), Sums(), Sums(), Sums(), thumbs_tile([]), _view())
    assert [tile.text for tile in shares if tile.key == "escalated"] == ["–"]


def _view() -> UsageView:
    return UsageView(UsageFilter(first=now().date(), last=now().date()), paid=True)
