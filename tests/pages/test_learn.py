"""The callbacks of the Learn tab, without a browser."""

from __future__ import annotations

import importlib
import json
import re
import threading
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.version_store import VersionStore
from pages._learn import add_learn_tab
from pages._learn_page import VIEW
from tests.feedback.learning.synthetic import by_topic
from tests.pages.learning import NOBODY, SOURCES, Tab


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Tab:
    """With two hundred labels."""
    return Tab(tmp_path_factory.mktemp("learn") / "data", by_topic(200, noise=0.1))


def test_an_empty_store_says_what_is_missing(tmp_path: Path) -> None:
    empty = Tab(tmp_path / "data")
    notice, material, ready, start, result, *view = empty.page.opened("light", "semantic", "retrain", SOURCES, None)
    assert notice == ""
    assert "There are no labels yet" in material
    needed = re.search(r"(\d+) more labels needed, at least \d+ “simple”", ready)
    assert needed is not None
    assert 'data-open-tab="Label"' in ready
    assert (start["interactive"], start["value"]) == (False, f"{needed[1]} more labels needed")
    assert result["visible"] is False
    assert "Nothing yet." in view[-1]
    values = empty.learn("semantic", "retrain")
    assert len(values) == 1 or "Reading" not in values[0][1]
    assert "There are too few labels" in values[-1][0]
    assert "is-error" in values[-1][0]
    assert empty.versions.versions() == []


def test_with_enough_labels_the_button_learns_and_without_a_source_it_is_grey(tab: Tab) -> None:
    ready, start = tab.page.opened("light", "semantic", "retrain", SOURCES, None)[2:4]
    assert "There are enough labels" in ready
    assert (start["interactive"], start["value"]) == (True, "Learn")
    assert tab.page.chosen("semantic", "retrain", ["judge"])[3]["interactive"] is False
    assert tab.page.chosen(None, None, SOURCES)[3] == gr.update(interactive=False, value="Learn")


def test_disputed_prompts_are_counted_with_a_way_to_settle_them(tmp_path: Path) -> None:
    tab = Tab(tmp_path / "data", by_topic(3))
    assert "disputed" not in tab.page.opened("light", "semantic", "retrain", SOURCES, None)[1]
    keep = LabelStore(tab.store.access)
    for label in by_topic(2):
        keep.save_label(Label(prompt_sha256=sha256(label.prompt), annotator="bob", tier=label.tier % 3 + 1))
    material = tab.page.opened("light", "semantic", "retrain", SOURCES, None)[1]
    assert 'data-disputed="2"' in material
    assert "2 prompts are disputed" in material
    assert 'data-open-tab="Agreement"' in material
    assert "<dd>1<small>" in material, "what is disputed does not count"
    keep.adjudicate(sha256(by_topic(1)[0].prompt), "ann", 1)
    assert "1 prompt is disputed" in tab.page.opened("light", "semantic", "retrain", SOURCES, None)[1]


def test_the_labels_are_counted_by_tier_and_source(tab: Tab) -> None:
    material = tab.page.opened("light", "semantic", "retrain", SOURCES, None)[1]
    assert "<dd>200<small>" in material
    assert "200 by people" in material
    for name in ("Need simple", "Need general", "Need reasoning", "Came up at random"):
        assert name in material
    assert "<dd>0<small>" in tab.page.opened("light", "semantic", "retrain", ["judge"], None)[1]
    assert "<dd>0<small>" in tab.page.opened("light", "semantic", "retrain", [], None)[1]


def test_each_router_offers_what_it_can_learn(tab: Tab) -> None:
    offered = {
        name: [task for _, task in tab.page.chosen(name, None, SOURCES)[1]["choices"]] for name in tab.page.choices
    }
    assert offered["semantic"] == ["retrain"]
    assert offered["knn"] == ["retrain", "threshold"]
    assert offered["ensemble"] == ["votes", "threshold"]
    assert not {"cascade", "random", "always-weak", "llm-router", "causal-5star"} & set(offered)
    targets = {name: tab.page.chosen(name, None, SOURCES)[4]["visible"] for name in ("semantic", "knn")}
    assert targets == {"semantic": False, "knn": True}


def test_learning_tells_how_far_it_is_and_shows_before_and_after(tab: Tab) -> None:
    *steps, last = tab.learn("semantic", "retrain")
    shares = [float(re.findall(r'value="([\d.]+)"', step[1])[0]) for step in steps]
    assert shares == sorted(shares)
    assert len(steps) > 3
    notice, progress, result, version, report, plot, foot, *_ = last
    assert "Semantic similarity v1 has learnt" in notice
    assert progress == ""
    assert result["visible"] is True
    assert version["choices"][0][0] == "Semantic similarity · v1"
    assert 'data-verdict="better"' in report
    assert re.search(r"<h2 data-advice>(Activate it|Weigh it up)", report)
    assert "right side of zero" in report
    assert "held-out labels" in report
    traces = [trace["name"] for trace in json.loads(plot["value"].plot)["data"]]
    assert {"before learning", "after learning", "escalating at random"} <= set(traces)
    assert "How to read this" in foot
    assert tab.panel["semantic"].card.version != "v1"  # nothing decides before it is activated


@pytest.mark.parametrize(
    ("router", "task", "aim", "percent", "said"),
    [
        (None, "retrain", "quality", 90, "No router is chosen"),
        ("oracle", "retrain", "quality", 90, "No router is chosen"),
        ("knn", None, "quality", 90, "No router is chosen"),
        ("knn", "votes", "quality", 90, "cannot learn"),
        ("knn", "threshold", "quality", 140, "The target is 1.4"),
        ("knn", "threshold", "quality", None, "The target is -1"),
    ],
)
def test_what_cannot_be_learnt_is_said(
    tab: Tab, router: Any, task: Any, aim: str, percent: float | None, said: str
) -> None:
    last = tab.learn(router, task, aim, percent)[-1]
    assert said in last[0]
    assert len(last) == 2 + VIEW


def test_two_cannot_learn_at_once(tab: Tab) -> None:
    first = tab.page.started("light", "knn", "threshold", "quality", 90.0, SOURCES, NOBODY)
    next(first)
    assert "Another router is learning" in tab.learn("knn", "threshold")[-1][0]
    list(first)
    assert "has learnt" in tab.learn("knn", "threshold")[-1][0]


def test_every_event_is_private_and_asks_for_the_role(tab: Tab) -> None:
    with gr.Blocks() as demo, gr.Tab("Learn") as item:
        add_learn_tab(demo, item, tab.panel, tab.settings, lambda: tab.store)
    names = [function.api_name for function in demo.fns.values()]
    assert len(set(names)) == len(names)
    assert all(str(name).startswith("learn_") for name in names)
    assert {function.api_visibility for function in demo.fns.values()} == {"private"}


def test_a_version_is_kept_though_its_tab_was_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = Tab(tmp_path / "data", by_topic(200, noise=0.1))
    closed, saved = threading.Event(), threading.Event()
    save = VersionStore.save

    def wait_and_save(self: VersionStore, *given: Any) -> Any:
        closed.wait(60)
        try:
            return save(self, *given)
        finally:
            saved.set()

    monkeypatch.setattr(VersionStore, "save", wait_and_save)
    steps = tab.page.started("light", "knn", "retrain", "quality", 90.0, SOURCES, NOBODY)
    next(steps)
    steps.close()  # type: ignore[attr-defined]  # a generator
    busy = tab.learn("knn", "retrain")[-1][0]
    closed.set()
    assert "Another router is learning right now." in busy
    assert saved.wait(60)
    assert [version.name for version in tab.versions.versions("knn")] == ["v1"]


def test_corrections_count_only_if_they_are_asked_for(tab: Tab) -> None:
    assert SOURCES == ["people", "adjudicated"]
    learn_command = importlib.import_module("feedback.learn_command")
    assert learn_command.DEFAULT_SOURCES == ("people", "adjudicated")
