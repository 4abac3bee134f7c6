"""The first half of the Traffic page without a browser, on the real panel: prompts brought, routed and forgotten."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from llms.completions import Completions
from pages import _traffic_bring as traffic_bring
from pages import build_pages
from pages._components import PAGES
from pages._traffic_bring import N_COLUMNS, NONE
from pages._traffic_session import TrafficSession
from router_models import RouterPanel
from tests.pages.labelling import Office
from tests.pages.traffic_tab import MONEY, WILD, Tab, headline
from traffic.intake import Traffic
from traffic.routing import RoutingRun


@pytest.fixture
def tab(panel: RouterPanel) -> Tab:
    return Tab(panel)


@pytest.fixture
def routed(tab: Tab) -> Tab:
    """One whose results are shown."""
    tab.pastes("one\ntwo\nthree")
    tab.runs()
    tab.shows()
    return tab


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
    assert tab.columns == ["question", "model", NONE, NONE, NONE, "id"]


def test_what_cannot_be_read_is_said_deleted_and_changes_nothing(tab: Tab, tmp_path: Path) -> None:
    tab.pastes("one\ntwo")
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
    tab.pastes(rows)
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


def test_progress_is_shown_while_it_runs(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.pastes_many(500)
    shown, route, said = threading.Event(), RoutingRun._route, traffic_bring.progress_html

    def waiting(run: RoutingRun, *given: Any, **options: Any) -> None:
        assert shown.wait(30), "no progress was shown"
        route(run, *given, **options)

    def saying(*given: Any, **options: Any) -> str:
        shown.set()
        return said(*given, **options)

    monkeypatch.setattr(RoutingRun, "_route", waiting)
    monkeypatch.setattr(traffic_bring, "progress_html", saying)
    first, *between, last = tab.runs(["keras-bilstm", "encoder-3way"])
    assert "Reading" in first[2]
    assert "of 500 prompts" in between[0][2]
    assert [values[4]["interactive"] for values in between] == [True] * len(between)
    assert last[3]["interactive"] is True
    assert last[4]["interactive"] is False


def after_a_chunk(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[TrafficSession], object], session: TrafficSession
) -> None:
    """Does something to a session after each chunk that a run has routed."""
    route = RoutingRun._route

    def routing(run: RoutingRun, *given: Any, **options: Any) -> None:
        route(run, *given, **options)
        act(session)

    monkeypatch.setattr(RoutingRun, "_route", routing)


def test_a_stop_keeps_a_random_sample_and_says_so(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.pastes_many(2000)
    after_a_chunk(monkeypatch, tab.bringing.stopped, tab.session)
    tab.runs()
    assert tab.session.routed is not None and len(tab.session.routed) == 64
    assert "random 64 of 2,000 prompts" in tab.shows()["answer"]


def test_prompts_forgotten_during_a_run_stay_forgotten(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.pastes_many(300)
    after_a_chunk(monkeypatch, tab.bringing.forgotten, tab.session)
    tab.runs()
    assert tab.session.routed is None
    assert tab.session.source is None
    assert tab.session.traffic is None


@pytest.mark.parametrize("then", ["another", "forgotten"])
def test_what_is_brought_or_forgotten_while_rows_are_read_counts(
    tab: Tab, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    tab.pastes("\n".join(f"Old {n}" for n in range(30)))
    started: list[RoutingRun] = []
    read, start = traffic_bring.read_traffic, RoutingRun.start

    def meanwhile(*given: Any) -> Traffic:
        monkeypatch.setattr(traffic_bring, "read_traffic", read)
        if then == "another":
            tab.pastes("new one\nnew two\nnew three")
        else:
            tab.bringing.forgotten(tab.session)
        return read(*given)

    def starting(run: RoutingRun) -> None:
        started.append(run)
        start(run)

    monkeypatch.setattr(traffic_bring, "read_traffic", meanwhile)
    monkeypatch.setattr(RoutingRun, "start", starting)
    last = tab.runs()[-1]
    assert not started
    assert last[1] == last[2] == ""
    assert last[3]["interactive"] is True
    assert tab.session.traffic is tab.session.routed is tab.session.run is None
    if then == "another":
        tab.runs()
        assert tab.session.traffic is not None
        assert tab.session.traffic.prompts == ("new one", "new two", "new three")
        assert len(tab.session.routed or ()) == 3


def test_without_a_router_the_results_before_stay(routed: Tab) -> None:
    before = routed.session.analysis
    assert "No router is chosen" in routed.runs([])[-1][0]
    assert routed.session.analysis is before is not None
    assert routed.session.routed is before.routed


def test_a_run_that_fails_says_why_and_leaves_the_results_before_it(routed: Tab) -> None:
    routed.columns = ["gone", *[NONE] * (N_COLUMNS - 1)]
    assert "no column" in routed.runs()[-1][0]
    after = routed.results.arrived("light", routed.session, None, 0, *routed.listing, *MONEY)
    assert after[0]["__type__"] == "update" and "value" not in after[0]
    assert after[1]["visible"] is True
    assert routed.session.analysis is not None


def test_nothing_brought_is_said(tab: Tab) -> None:
    tab.columns = [NONE] * N_COLUMNS
    assert "There are no prompts yet" in tab.runs()[-1][0]
    assert "no results" in tab.results.chosen("light", tab.session, "knn")[0]
    assert "no results" in tab.results.exported(tab.session, "csv")[0]


def test_two_tabs_share_nothing(tab: Tab) -> None:
    tab.pastes("mine")
    other = copy.deepcopy(tab.session)
    assert other.source is None


def test_a_tab_that_goes_takes_its_prompts_along(tab: Tab) -> None:
    request = gr.Request(session_hash="tab-1")
    tab.bringing.opened(tab.session, request)
    tab.pastes("mine")
    tab.bringing.left(request)
    assert tab.session.source is None
