"""The first view is in the page itself, as soon as it is prepared."""

import json
import re
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from benchmarks.plots.poster import poster
from benchmarks.plots.theme import theme
from pages._bench_first import FirstView
from pages._bench_page import BenchmarksPage
from pages._templates import render
from pages.benchmarks import add_benchmarks_page, prepare_benchmarks
from router_models import RouterPanel
from settings import Settings


@pytest.fixture(scope="module")
def served(panel: RouterPanel) -> Iterator[TestClient]:
    demo = gr.Blocks(analytics_enabled=False)
    with demo:
        gr.HTML("")
    with demo.route("Benchmarks", "/benchmarks"):
        add_benchmarks_page(demo, panel, Settings())
    with TestClient(gr.mount_gradio_app(FastAPI(), demo, path="/", ssr_mode=False)) as client:
        yield client


def components(client: TestClient) -> dict[str, dict[str, Any]]:
    html = client.get("/benchmarks").text
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", html, flags=re.DOTALL)
    assert found is not None
    parts = json.loads(found[1])["components"]
    return {part["props"]["elem_id"]: part["props"] for part in parts if part["props"].get("elem_id")}


def test_the_words_come_with_the_page_and_the_figure_waits(served: TestClient, panel: RouterPanel) -> None:
    before = components(served)
    assert not before["rp-bm-answer"].get("value")
    assert not before["rp-bm-waiting"].get("value")
    prepare_benchmarks(panel, Settings())
    after = components(served)
    usual = BenchmarksPage(frozenset(panel.ids), float(Settings().machine_usd_per_hour)).opened("light", None, None, 80)
    assert after["rp-bm-answer"]["value"] == usual[2]
    assert after["rp-bm-benchmark"]["value"] == "routerbench-part"
    assert ["MMLU", "mmlu"] in after["rp-bm-benchmark"]["choices"]
    assert after["rp-bm-router"]["value"] in dict(after["rp-bm-router"]["choices"])
    assert not after["rp-chart-curves"].get("value"), "plotly.js must not hold up the words"
    figures = json.loads(after["rp-bm-waiting"]["value"])
    for scheme in ("light", "dark"):
        assert figures[scheme]["layout"]["paper_bgcolor"] == theme(scheme).surface
        assert any(trace["name"] == "your setting" for trace in figures[scheme]["data"])


def test_the_still_picture_is_that_of_the_waiting_figure(served: TestClient, panel: RouterPanel) -> None:
    prepare_benchmarks(panel, Settings())
    shown = components(served)
    figures = json.loads(shown["rp-bm-waiting"]["value"])
    html = shown["rp-bm-poster"]["value"]
    assert html == render("bench_poster.html", poster=poster(figures["light"], figures["dark"]))
    drawn = re.findall(r'data-(?:line|marks)="([^"]*)"', html)
    assert [name for name in drawn if not name.endswith(", interval")] == [
        escape(trace["name"]) for trace in figures["light"]["data"]
    ]
    assert 'role="img" aria-label="' in html


def test_nothing_in_the_still_picture_is_unescaped(served: TestClient, panel: RouterPanel) -> None:
    prepare_benchmarks(panel, Settings())
    light, dark = json.loads(components(served)["rp-bm-waiting"]["value"]).values()
    evil = "<b onload='x'>\"&"
    for figure in (light, dark):
        for trace in figure["data"]:
            trace["name"] = evil
        figure["layout"]["xaxis"]["title"]["text"] = figure["layout"]["xaxis"]["tickprefix"] = evil
    html = render("bench_poster.html", poster=poster(light, dark))
    assert "<b" not in html and "onload='" not in html
    assert "&lt;b onload=" in html


def test_whatever_draws_the_chart_takes_the_still_picture_away(served: TestClient, panel: RouterPanel) -> None:
    view = FirstView.of(panel)
    assert view is not None
    still, plot = view._chart.poster._id, view._chart.plot._id
    events = view._demo.config["dependencies"]
    taking = {tuple(target) for one in events if one["outputs"] == [still] for target in one["targets"]}
    drawing = {
        tuple(target)
        for one in events
        if plot in one["outputs"] and view._chart.waiting._id not in one["inputs"]
        for target in one["targets"]
    }
    assert len(drawing) >= 9
    assert taking == drawing


def test_what_comes_back_from_the_browser_is_among_the_choices(served: TestClient, panel: RouterPanel) -> None:
    view = FirstView.of(panel)
    assert view is not None
    view.prepare()
    for part in view._outputs:
        if isinstance(part, gr.Dropdown):
            value = next(c["props"]["value"] for c in view._demo.config["components"] if c["id"] == part._id)
            assert part.preprocess(value) == value


def test_without_numbers_the_page_goes_on_asking(
    served: TestClient, panel: RouterPanel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    view = FirstView.of(panel)
    assert view is not None
    page = BenchmarksPage(frozenset(panel.ids), 0.03, tmp_path)
    bare = FirstView(
        view._demo, view._outputs, partial(page.opened, own=None, benchmark=None, keep=80), view._words, view._chart
    )
    before = components(served)
    bare.prepare()
    assert bare.html == ""
    assert "has no first view" in caplog.text
    assert components(served) == before


def test_another_panel_has_no_first_view() -> None:
    class Other:
        """Stands for a panel around which no pages were built."""

    assert FirstView.of(Other()) is None  # type: ignore[arg-type]
