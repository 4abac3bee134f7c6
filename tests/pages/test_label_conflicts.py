"""Conflicts: who said what, safe to read, and settled once by a click."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from errors import BadInputError, UnknownNameError
from feedback.records import new_id
from feedback.rows import sha256
from pages._label_agreement import AgreementTab
from pages._label_conflicts import LONGEST, NAMED, _told, conflicts_html, settle
from router_models import RouterPanel
from tests.pages.labelling import ANNA, ASKING, BASHIR, Office, office_with

EVIL = "<script>alert(1)</script>"
LONG = "word " * 5_000


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    for office in office_with(panel, tmp_path, [EVIL, LONG, "agreed"], overlap=2):
        for prompt, other in ((EVIL, 3), (LONG, 2), ("agreed", 1)):
            office.say(prompt, 1, ANNA)
            office.say(prompt, other, BASHIR, comment=EVIL, rating=2, panel_shown=True)
        yield office


def test_only_disputed_prompts_are_listed_with_everybodys_label(office: Office) -> None:
    html = conflicts_html(office.labels, BASHIR)
    assert html.count("data-dispute=") == 2
    assert sha256("agreed") not in html
    assert "3 · Reasoning" in html
    assert html.count("(you)") == 2
    assert "sure 2 of 5" in html
    assert "saw the routers' decisions" in html


def test_prompts_and_comments_are_escaped_and_the_whole_of_a_long_one_opens(office: Office) -> None:
    html = conflicts_html(office.labels, ANNA)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<details") == 1, "only the long one has more to show"
    start, whole = html.split("<summary>All 25,000 characters</summary>")
    assert start.count("word ") == LONGEST // len("word ")
    assert whole.split("</details>")[0].count("word ") == 5_000


def test_a_click_settles_and_a_second_one_changes_nothing(office: Office) -> None:
    sent = {"item": sha256(EVIL), "choice": "2", "id": new_id(), "comment": "two steps"}
    settle(office.labels, ANNA, sent)
    settle(office.labels, ANNA, sent)
    rows = [row for row in office.labels.labels() if row.label.source == "adjudicated"]
    assert [(row.label.tier, row.label.comment, row.label.annotator) for row in rows] == [(2, "two steps", ANNA.author)]
    html = conflicts_html(office.labels, ANNA)
    assert "1 settled" in html
    assert "Settled as" in html
    resolved = {label.prompt: label.tier for label in office.labels.resolved()}
    assert resolved[EVIL] == 2


@pytest.mark.parametrize(("prompt", "named"), [("字" * 100, "字" * NAMED + " …"), ("字" * NAMED, "字" * NAMED)])
def test_a_prompt_without_spaces_is_named_by_its_beginning(prompt: str, named: str) -> None:
    settled = SimpleNamespace(prompt=prompt, adjudication=SimpleNamespace(tier=None))
    assert _told(settled) == f"“{named}” is discarded: no router learns from it."  # type: ignore[arg-type]


def test_what_was_settled_is_said_once_where_one_looks(office: Office) -> None:
    tab = AgreementTab(office.door)
    assert "data-told" not in tab.opened(ASKING)[2]
    sent = {"item": sha256(LONG), "choice": "2", "id": new_id(), "comment": ""}
    notice, _, html = tab.settled(gr.EventData(None, sent), ASKING)
    assert notice == ""
    told = html.split("data-told>")[1].split("</p>")[0]
    assert re.match(r"“(word )+…” is settled as 2 · General\. You can change that", told)
    assert len(told) < NAMED + 100
    assert html.count("<summary>All 25,000 characters</summary>") == 1, (
        "it can be opened among the settled ones as well"
    )
    assert "data-told" not in tab.opened(ASKING)[2]
    *_, html = tab.settled(
        gr.EventData(None, {**sent, "item": sha256(EVIL), "choice": "discard", "id": new_id()}), ASKING
    )
    assert "“&lt;script&gt;alert(1)&lt;/script&gt;” is discarded" in html
    notice, *_ = tab.settled(gr.EventData(None, {**sent, "choice": "9"}), ASKING)
    assert "is-error" in notice


def test_a_prompt_can_be_discarded(office: Office) -> None:
    settle(office.labels, ANNA, {"item": sha256(EVIL), "choice": "discard", "id": new_id()})
    assert EVIL not in {label.prompt for label in office.labels.resolved()}


@pytest.mark.parametrize("choice", ["4", "unsure", "", None, 2.5])
def test_what_is_no_decision_is_refused(office: Office, choice: object) -> None:
    with pytest.raises(BadInputError):
        settle(office.labels, ANNA, {"item": sha256(EVIL), "choice": choice, "id": new_id()})


def test_a_prompt_that_is_not_there_cannot_be_settled(office: Office) -> None:
    with pytest.raises(UnknownNameError):
        settle(office.labels, ANNA, {"item": sha256("never seen"), "choice": "1", "id": new_id()})


def test_a_deleted_prompt_says_so(office: Office) -> None:
    office.labels.delete_texts(ANNA.author)
    assert "was deleted" in conflicts_html(office.labels, ANNA)
