"""The first view is in the page itself, as soon as it is prepared."""

import json
import re
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pages._bench_first import FirstView
from pages._bench_page import BenchmarksPage
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
    figure = json.loads(after["rp-bm-waiting"]["value"])
    assert any(trace["name"] == "your setting" for trace in figure["data"])


def test_what_comes_back_from_the_browser_is_among_the_choices(served: TestClient, panel: RouterPanel) -> None:
    view = FirstView.of(panel)
    assert view is not None
    view.prepare()
    for part in view._outputs:
        if isinstance(part, gr.Dropdown):
            value = next(c["props"]["value"] for c in view._demo.config["components"] if c["id"] == part._id)
            assert part.preprocess(value) == value


def test_another_panel_has_no_first_view() -> None:
    class Other:
        """Stands for a panel around which no pages were built."""

    assert FirstView.of(Other()) is None  # type: ignore[arg-type]
