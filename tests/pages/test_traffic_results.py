"""The second half of the Traffic page without a browser: savings, settings, rows, groups, curves and files."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from errors import BadInputError
from pages import _traffic_parts as traffic_parts
from pages import _traffic_what_if as traffic_what_if
from pages._traffic_assumed import read_assumptions
from pages._traffic_parts import QUALITY
from pages._traffic_results import RESULTS
from pages._traffic_view import ROWS_A_PAGE, cut, preview_html, progress_html
from pages._traffic_what_if import WHAT_IF
from router_models import RouterPanel
from settings import Settings
from tests.pages.traffic_tab import MONEY, POOL, WILD, Tab, headline
from tests.traffic.samples import csv_source
from traffic.columns import preview_of
from traffic.routing import Progress


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
    routed.results.chosen("light", routed.session, "encoder-quality")
    routed.results.moved("light", routed.session, "encoder-quality", 0.123)
    shown = routed.shows("encoder-quality", (5, *MONEY[1:]))
    assert "Translate into French" in shown["table 0"] and "VAT" not in shown["table 0"]
    assert "value" not in shown["what if 0"]  # the slider is left where the user has it
    assert "/?t.encoder-quality=0.123" in shown["what if 3"]
    assert routed.shows("keras-dnn")["what if 0"]["value"] != 0.123
    assert routed.shows("encoder-quality")["what if 0"]["value"] == 0.123
    routed.listing = True, "", "different"


def test_a_threshold_that_was_moved_is_no_cost_weight_under_another_pool(tab: Tab) -> None:
    tab.pastes("one\ntwo\nthree")
    tab.runs(["matrix-factorization"])
    assert tab.shows("matrix-factorization")["what if 0"]["label"].startswith("Threshold")
    tab.results.moved("light", tab.session, "matrix-factorization", 0.9)
    slider = tab.shows("matrix-factorization", (5, "Measured", *MONEY[2:]))["what if 0"]
    assert slider["label"].startswith("Cost weight")
    assert slider["value"] == 0
    assert tab.shows("matrix-factorization")["what if 0"]["value"] == 0.9


def test_a_field_that_is_left_unchanged_draws_nothing_again(routed: Tab) -> None:
    routed.shows("encoder-quality")
    before = routed.session.analysis
    given = "light", routed.session, "encoder-quality", 0, *routed.listing
    assert before is not None
    same = routed.results.left(*given, *MONEY)
    assert same[0] == "" and len(same) == RESULTS
    assert all(value == gr.skip() for value in same[1:])
    assert routed.session.analysis is before
    other = routed.results.left(*given, 7, *MONEY[1:])
    assert "7 prompts a month" in other[4]
    assert "number of prompts a month" in routed.results.left(*given, None, *MONEY[1:])[0]
    routed.shows()


def test_a_move_waits_for_what_began_before_it(routed: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, held = traffic_what_if._at, list[bool]()

    def drawing(*given: Any) -> Any:
        held.append(routed.session.turn.locked())
        return drawn(*given)

    monkeypatch.setattr(traffic_what_if, "_at", drawing)
    routed.shows("encoder-quality")
    routed.results.moved("light", routed.session, "encoder-quality", 0.3)
    routed.results.chosen("light", routed.session, "encoder-quality")
    assert held == [True] * 3
    assert not routed.session.turn.locked()


def test_what_ends_after_the_prompts_were_forgotten_brings_nothing_of_them_back(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.pastes_many(12)
    tab.runs(groups=True)
    found = traffic_parts.groups_of

    def forgetting(*given: Any) -> Any:
        tab.bringing.forgotten(tab.session)
        return found(*given)

    monkeypatch.setattr(traffic_parts, "groups_of", forgetting)
    tab.shows()
    assert tab.session.analysis is None
    assert tab.session.groups is None


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
    tab.pastes("\n".join(texts))
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
