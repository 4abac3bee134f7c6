"""The callbacks of the Learn tab for what was learnt, without a browser: shown, activated, taken along."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from gradio.utils import get_upload_folder
from pydantic import SecretStr

from feedback.annotator_names import shown_name
from feedback.learning.figures import GAINED, RIGHT, SERVED
from feedback.learning.report import Interval, read_report
from pages._learn_page import LearnPage
from pages._learn_words import report_html
from pages._visitor import visitor_of
from tests.feedback.learning.synthetic import by_topic
from tests.pages.learning import NOBODY, Tab

ROSE = "What should I know about pruning old roses in Hobart?"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Tab:
    """With two hundred labels."""
    return Tab(tmp_path_factory.mktemp("learn") / "data", by_topic(200, noise=0.1))


@pytest.fixture(scope="module")
def learnt(tab: Tab) -> str:
    """Id of a version of knn."""
    tab.learn("knn", "retrain")
    return tab.versions.versions("knn")[0].id


def test_activate_compare_and_roll_back(tab: Tab, learnt: str) -> None:
    before = tab.panel.ids
    notice, *view = tab.page.compared("light", learnt, NOBODY)
    assert "stands beside it now" in notice
    assert view[6]["value"] == "Take it off the Route page"
    assert "knn-v1" in tab.panel.ids
    assert "knn-v1" in {made.router for made in tab.panel.decide(ROSE)}
    notice, *view = tab.page.activated("light", learnt, NOBODY)
    assert "k nearest neighbours v1 decides now." in notice
    assert view[5]["value"] == "Decides now"
    assert tab.panel.ids == before  # what decides does not stand beside itself
    assert {made.router: made.version for made in tab.panel.decide(ROSE)}["knn"] == "v1"
    notice, *view = tab.page.rolled_back("light", learnt, NOBODY)
    assert "is back to what it was before" in notice
    assert "rolled back, it decides as it ships" in view[7]
    assert tab.panel["knn"].card.version != "v1"
    assert "nothing to go back to" in tab.page.rolled_back("light", learnt, NOBODY)[0]


def test_the_history_names_who_and_when(tab: Tab, learnt: str) -> None:
    history = tab.page.shown("light", learnt)[-1]
    assert "k nearest neighbours learnt v1" in history
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", history)
    assert shown_name(visitor_of(NOBODY, tab.settings).author) in history, "as on the Label page"


def test_a_version_can_be_taken_along(tab: Tab, learnt: str) -> None:
    notice, file = tab.page.exported(learnt)
    assert notice == ""
    assert Path(file["value"]).is_relative_to(get_upload_folder()), "where old files are swept"
    with zipfile.ZipFile(file["value"]) as archive:
        assert "knn-v1/card.json" in archive.namelist()


@pytest.mark.parametrize(
    ("repository", "token", "said"),
    [("nonsense", "hf_x", "not the name of a repository"), ("ada/ours", "", "no token for the Hub")],
)
def test_pushing_says_what_is_missing(tab: Tab, learnt: str, repository: str, token: str, said: str) -> None:
    notice, emptied = tab.page.pushed(learnt, repository, token, NOBODY)
    assert said in notice
    assert emptied == ""


def test_the_apps_own_token_pushes_nothing(tab: Tab, learnt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tab.settings.model_copy(update={"hf_token": SecretStr("hf_of_the_app")})
    page = LearnPage(tab.panel, settings, lambda: tab.store)
    pushed: list[tuple[object, ...]] = []
    monkeypatch.setattr("feedback.learning.export.push_version", lambda *given: pushed.append(given))
    for empty in ("", "  "):
        assert "no token for the Hub" in page.pushed(learnt, "ada/ours", empty, NOBODY)[0]
    assert pushed == []
    assert "The version is on the Hub" in page.pushed(learnt, "ada/ours", " hf_typed ", NOBODY)[0]
    assert [given[1:] for given in pushed] == [("ada/ours", "hf_typed")]


@pytest.mark.parametrize("version", [None, "", "no-such"])
def test_versions_that_are_not_there(tab: Tab, learnt: str, version: Any) -> None:
    for change in (tab.page.activated, tab.page.compared, tab.page.rolled_back):
        assert "is-error" in change("light", version, NOBODY)[0]
    assert "is-error" in tab.page.exported(version)[0]


def test_who_may_not_learn_is_told(tab: Tab, learnt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback.visitor import NotAllowedError

    def refuse(*_: object) -> None:
        raise NotAllowedError("Only who has signed in may let routers learn.", "Sign in.")

    monkeypatch.setattr("pages._learn_page.allowed_visitor", refuse)
    assert "Only who has signed in" in tab.learn("knn", "threshold")[-1][0]
    for change in (tab.page.activated, tab.page.compared, tab.page.rolled_back):
        assert "Only who has signed in" in change("light", learnt, NOBODY)[0]
    assert "Only who has signed in" in tab.page.pushed(learnt, "ada/ours", "hf_x", NOBODY)[0]


def test_light_and_dark_differ_in_colour_only(tab: Tab, learnt: str) -> None:
    light, dark = (tab.page.shown(scheme, learnt) for scheme in ("light", "dark"))
    plots = [json.loads(values[4]["value"].plot) for values in (light, dark)]
    assert plots[0]["layout"]["paper_bgcolor"] != plots[1]["layout"]["paper_bgcolor"]
    assert [trace["y"] for trace in plots[0]["data"]] == [trace["y"] for trace in plots[1]["data"]]
    assert light[3] == dark[3]


def test_losses_are_coloured_as_gains_are_and_both_are_said_in_words(tab: Tab, learnt: str) -> None:
    facts = next(facts for facts in tab.versions.versions() if facts.id == learnt)
    kept = read_report(facts.report)
    sides = ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.1))
    figures = tuple(
        figure.model_copy(update={"difference": Interval(value=(low + high) / 2, low=low, high=high)})
        for figure, (low, high) in zip(
            [kept.figure(SERVED), kept.figure(RIGHT), kept.figure(GAINED)], sides, strict=True
        )
    )
    made = kept.model_copy(update={"figures": figures, "headline": SERVED, "verdict": "better"})
    html = report_html(facts, made, "knn", tab.versions.standing(), "Retrain it")
    assert re.search(r'class="n is-good">\+\.15<small>[^<]*</small><small>better', html)
    assert re.search(r'class="n is-bad">−\.15<small>[^<]*</small><small>worse', html)
    assert re.search(r'class="n">\+\.00<small>[^<]*</small><small>within noise', html)
    assert f"Worse beyond chance: {RIGHT}" in html
