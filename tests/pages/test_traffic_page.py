"""The Traffic page without a browser: its callbacks on the real panel, from prompts brought to files taken along."""

from __future__ import annotations

import asyncio
import copy
import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from errors import BadInputError
from llms.completions import Completions
from pages import build_pages
from pages._components import PAGES
from pages._traffic_bring import N_COLUMNS, NONE, TrafficBringing
from pages._traffic_results import GROUPS, QUALITY, RESULTS, TABLE, WHAT_IF, TrafficResults, read_assumptions
from pages._traffic_session import TrafficSession
from pages._traffic_view import ROWS_A_PAGE, cut, preview_html, progress_html
from router_models import RouterPanel
from settings import Settings
from tests.pages.labelling import Office
from tests.traffic.samples import csv_source
from traffic.columns import preview_of
from traffic.routing import Progress, RoutingRun

POOL = "nano / 4.1 / o4-mini"
MONEY: tuple[Any, ...] = (100_000, POOL, None, 300, 1000)
CHEAP = ["prompt-length", "keras-dnn", "encoder-quality", "always-strong"]
WILD = '<img src=x onerror="alert(1)">'


class Tab:
    """One tab of the page."""

    def __init__(self, panel: RouterPanel) -> None:
        self.bringing = TrafficBringing(panel)
        self.results = TrafficResults(panel, Decimal("0.03"))
        self.session = TrafficSession()
        self.columns: list[str] = []
        self.listing: tuple[bool, str, str] = (True, "", "different")

    def brings(self, values: list[Any]) -> list[Any]:
        assert len(values) == 5 + N_COLUMNS
        self.columns = [value.get("value") for value in values[5:]]
        return values

    def runs(self, routers: list[str] | None = None, groups: bool = False) -> list[list[Any]]:
        async def all_of() -> list[list[Any]]:
            events = self.bringing.ran(self.session, routers or CHEAP, groups, *self.columns)
            return [values async for values in events]

        return asyncio.run(all_of())

    def shows(self, router: str | None = None, money: tuple[Any, ...] = MONEY) -> dict[str, Any]:
        show = self.results.arrived if self.session.fresh else self.results.shown
        values = show("light", self.session, router, 0, *self.listing, *money)
        assert len(values) == RESULTS
        names = ["notice", "found", "baseline", "router", "answer"]
        names += [f"what if {at}" for at in range(WHAT_IF)] + [f"table {at}" for at in range(TABLE)]
        names += [f"groups {at}" for at in range(GROUPS)] + [f"quality {at}" for at in range(QUALITY)]
        return dict(zip(names, values, strict=True))


@pytest.fixture
def tab(panel: RouterPanel) -> Tab:
    return Tab(panel)


@pytest.fixture(scope="module")
def routed(panel: RouterPanel) -> Tab:
    """A tab with the example routed."""
    tab = Tab(panel)
    tab.brings(tab.bringing.example_brought(tab.session))
    tab.runs(groups=True)
    tab.shows()
    return tab


def headline(html: str) -> str:
    return re.search(r"data-headline>([^<]*)<", html)[1]  # type: ignore[index]


def test_the_page_stands_after_the_benchmarks_and_its_events_are_private(panel: RouterPanel, tmp_path: Path) -> None:
    office = Office(panel, tmp_path)
    demo = build_pages(panel, office.settings, Completions(panel.catalogue, office.settings), office.open_store)
    office.close()
    titles = [page.title for page in PAGES]
    assert titles.index("Traffic") == titles.index("Benchmarks") + 1
    events = [function for function in demo.fns.values() if str(function.api_name).startswith("traffic_")]
    assert len(events) >= 20
    assert len({event.api_name for event in events}) == len(events)
    assert {(event.page, event.api_visibility) for event in events} == {("traffic", "private")}


def test_an_uploaded_file_is_deleted_and_its_columns_are_guessed(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"id,question,model\n1,{WILD.replace(',', '')},gpt-4.1\n2,Why?,gpt-4.1\n", encoding="utf-8")
    shown = tab.brings(tab.bringing.file_brought(tab.session, str(path)))
    assert not path.exists()
    assert "<img" not in shown[1]
    assert "&lt;img" in shown[1]
    assert tab.columns == ["question", "model", NONE, NONE, NONE]


def test_what_cannot_be_read_is_said_deleted_and_changes_nothing(tab: Tab, tmp_path: Path) -> None:
    tab.brings(tab.bringing.text_brought(tab.session, "one\ntwo"))
    before = tab.session.source
    path = tmp_path / "mine.parquet"
    path.write_bytes(b"no parquet")
    shown = tab.bringing.file_brought(tab.session, str(path))
    assert "no Parquet file" in shown[0]
    assert not path.exists()
    assert tab.session.source is before
    assert "nothing pasted" in tab.bringing.text_brought(tab.session, "  ")[0]


def test_from_pasted_rows_to_savings(tab: Tab) -> None:
    rows = "prompt,llm\n" + "".join(f"What is {n} times {n}?,gpt-4.1\n" for n in range(40)) + "broken,row,here\n"
    tab.brings(tab.bringing.text_brought(tab.session, rows))
    seen = tab.runs()
    assert "Line 42: The row has 3 cells" in seen[-1][1]
    assert seen[-1][2] == ""
    shown = tab.shows()
    assert shown["notice"] == ""
    assert shown["found"]["visible"] is True
    assert shown["baseline"]["value"] == "used now"
    assert shown["baseline"]["choices"][0] == ("what my table names", "used now")
    assert re.match(r"With \S+ you would (save|cost you more by) \$[\d.,]+ a month\.", headline(shown["answer"]))
    assert 'data-table="your-traffic"' in shown["answer"]
    assert "40 prompts routed" in shown["answer"]
    assert "too few" not in shown["answer"]
    assert "Tick" in shown["groups 1"]
    assert "does not say how good" in shown["quality 1"]


def test_progress_is_shown_while_it_runs(tab: Tab) -> None:
    tab.brings(tab.bringing.text_brought(tab.session, "\n".join(f"Prompt {n}" for n in range(500))))
    first, *between, last = tab.runs(["keras-bilstm", "encoder-3way"])
    assert "Reading" in first[2]
    assert any("of 500 prompts" in values[2] for values in between)
    assert [values[4]["interactive"] for values in between] == [True] * len(between)
    assert last[3]["interactive"] is True
    assert last[4]["interactive"] is False


def test_a_stop_keeps_a_random_sample_and_says_so(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.brings(tab.bringing.text_brought(tab.session, "\n".join(f"Prompt {n}" for n in range(2000))))
    route = RoutingRun._route

    def stopping(run: RoutingRun, *given: Any, **options: Any) -> None:
        route(run, *given, **options)
        tab.bringing.stopped(tab.session)

    monkeypatch.setattr(RoutingRun, "_route", stopping)
    tab.runs()
    assert tab.session.routed is not None and len(tab.session.routed) == 64
    assert "random 64 of 2,000 prompts" in tab.shows()["answer"]


def test_prompts_forgotten_during_a_run_stay_forgotten(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.brings(tab.bringing.text_brought(tab.session, "\n".join(f"Prompt {n}" for n in range(300))))
    route = RoutingRun._route

    def forgetting(run: RoutingRun, *given: Any, **options: Any) -> None:
        route(run, *given, **options)
        tab.bringing.forgotten(tab.session)

    monkeypatch.setattr(RoutingRun, "_route", forgetting)
    tab.runs()
    assert tab.session.routed is None
    assert tab.session.source is None
    assert tab.session.traffic is None


def test_a_run_that_fails_says_why_and_leaves_the_results_before_it(tab: Tab) -> None:
    tab.brings(tab.bringing.text_brought(tab.session, "one\ntwo\nthree"))
    tab.runs()
    tab.shows()
    tab.columns = ["gone", NONE, NONE, NONE, NONE]
    assert "no column" in tab.runs()[-1][0]
    after = tab.results.arrived("light", tab.session, None, 0, *tab.listing, *MONEY)
    assert after[0]["__type__"] == "update" and "value" not in after[0]
    assert after[1]["visible"] is True
    assert tab.session.analysis is not None


def test_nothing_brought_is_said(tab: Tab) -> None:
    tab.columns = [NONE] * N_COLUMNS
    assert "There are no prompts yet" in tab.runs()[-1][0]
    assert "no results" in tab.results.chosen("light", tab.session, "knn")[0]
    assert "no results" in tab.results.exported(tab.session, "csv")[0]


def test_two_tabs_share_nothing(tab: Tab) -> None:
    tab.brings(tab.bringing.text_brought(tab.session, "mine"))
    other = copy.deepcopy(tab.session)
    assert other.source is None


def test_a_tab_that_goes_takes_its_prompts_along(tab: Tab) -> None:
    request = gr.Request(session_hash="tab-1")
    tab.bringing.opened(tab.session, request)
    tab.brings(tab.bringing.text_brought(tab.session, "mine"))
    tab.bringing.left(request)
    assert tab.session.source is None


def test_the_chosen_router_leads(routed: Tab) -> None:
    shown = routed.results.chosen("dark", routed.session, "keras-dnn")
    assert len(shown) == 2 + WHAT_IF + QUALITY
    assert headline(shown[1]).startswith("With keras-dnn ")
    assert shown[2]["label"] == "Threshold of keras-dnn"
    assert 'data-point="keras-dnn"' in shown[5]
    assert "did not run" in routed.results.chosen("dark", routed.session, "knn")[0]


def test_a_moved_threshold_changes_share_and_link_without_a_run(routed: Tab) -> None:
    shares = []
    for value in (0.0, 0.2, 1.0):
        notice, _, figures = routed.results.moved("light", routed.session, "encoder-quality", value)
        assert notice == ""
        assert f"/?t.encoder-quality={value:g}" in figures
        shares.append(float(re.search(r"sent to a dearer LLM</dt><dd>([\d.]+)", figures)[1]))  # type: ignore[index]
    assert shares[0] == 100 > shares[1] > shares[2] == 0
    assert "threshold" in routed.results.moved("light", routed.session, "encoder-quality", 3.0)[0]


def test_twice_the_volume_saves_twice_as_much(routed: Tab) -> None:
    saved = []
    for month in (100_000, 200_000):
        routed.shows("encoder-quality", (month, POOL, "gpt-4.1", 300, 1000))
        assert routed.session.analysis is not None
        saved.append(routed.session.analysis.savings["encoder-quality"].saving_usd.value * month)
    assert saved[1] == pytest.approx(2 * saved[0])
    assert saved[0] > 0
    for wrong in (None, -1, float("nan")):
        assert "number of prompts a month" in routed.shows(None, (wrong, *MONEY[1:]))["notice"]
    routed.shows()


def test_other_assumptions_leave_the_listing_and_the_moved_setting_as_they_are(routed: Tab) -> None:
    routed.listing = False, "translate into french", "file"
    routed.results.moved("light", routed.session, "encoder-quality", 0.123)
    shown = routed.shows("encoder-quality", (5, *MONEY[1:]))
    assert "Translate into French" in shown["table 0"] and "VAT" not in shown["table 0"]
    assert shown["what if 0"]["value"] == 0.123
    assert routed.shows("keras-dnn")["what if 0"]["value"] != 0.123
    routed.listing = True, "", "different"


def test_rows_are_filtered_searched_and_turned(routed: Tab) -> None:
    notice, html, before, after = routed.results.filtered(routed.session, False, "", "file")
    assert notice == ""
    assert html.count("<tr>") == 1 + ROWS_A_PAGE
    assert (before["interactive"], after["interactive"]) == (False, True)
    assert f"Prompts {ROWS_A_PAGE + 1} to" in routed.results.next_page(routed.session, False, "", "file")[1]
    assert "Prompts 1 to" in routed.results.previous_page(routed.session, False, "", "file")[1]
    found = routed.results.filtered(routed.session, False, "TRANSLATE INTO french", "different")[1]
    assert "Translate into French" in found
    assert "VAT" not in found
    assert "No prompt fits" in routed.results.filtered(routed.session, True, "nowhere at all", "different")[1]
    assert 'href="/?prompt=Translate+into+French' in found


def test_groups_and_curves_are_drawn_for_the_example(routed: Tab) -> None:
    shown = routed.shows()
    assert shown["groups 0"]["visible"] is True
    assert 'data-table="your-groups"' in shown["groups 2"]
    assert shown["quality 0"]["visible"] is True
    assert "invented" in shown["answer"]
    notice, _, _, table = routed.results.grouped("light", routed.session, 4)
    assert notice == ""
    assert table.count("<tr>") == 1 + 4
    routed.session.groups = None


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_results_are_taken_along(routed: Tab, form: str) -> None:
    notice, file = routed.results.exported(routed.session, form)
    assert notice == ""
    path = Path(file["value"])
    assert path.name == f"routed.{form}"
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            assert len(list(csv.DictReader(lines))) == len(routed.session.routed or ())
    assert path.stat().st_size > 1000
    path.unlink()


def test_an_unknown_form_is_refused(routed: Tab) -> None:
    assert "xlsx" in routed.results.exported(routed.session, "xlsx")[0]


def test_html_of_a_user_is_never_markup(tab: Tab) -> None:
    texts = [f"{WILD} number {n}" for n in range(12)]
    tab.brings(tab.bringing.text_brought(tab.session, "\n".join(texts)))
    tab.runs(["keras-dnn", "encoder-quality"], groups=True)
    shown = tab.shows()
    rows = tab.results.filtered(tab.session, False, "", "")[1]
    for html in (*map(str, shown.values()), rows):
        assert "<img" not in html


def test_long_texts_are_cut_and_can_be_opened() -> None:
    assert cut("word " * 100, 20) == f"{('word ' * 100)[:20]} …"
    assert cut("short", 20) == "short"
    preview = preview_of(csv_source(f"prompt,llm\n{'x' * 5000},a\n"))
    assert "x" * 200 not in preview_html(preview)


def test_progress_says_rows_a_second_and_time_left() -> None:
    html = progress_html(Progress(1_200, 10_000, 310.4, 28.0, running=True))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    assert "1,200 of 10,000 prompts · 310 a second · 28 s left" in text
    long = progress_html(Progress(10, 10_000, 3.1, 300.0, running=True))
    assert "5 min left" in long and "fair sample" in long
    assert "2.0 h left" in progress_html(Progress(10, 10_000, 3.1, 7200.0, running=True))


def test_fields_left_empty_are_refused_by_name() -> None:
    with pytest.raises(BadInputError, match="length of an answer"):
        read_assumptions(1, POOL, "", None, 0)
    assert read_assumptions(5, POOL, None, 0, 0).baseline == ""
    assert Settings(_env_file=None).machine_usd_per_hour == Decimal("0.03")
