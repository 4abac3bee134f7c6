"""The callbacks of the Route page, called as Gradio calls them."""

import re
from collections.abc import Mapping
from typing import Any

import gradio as gr
import pytest

from feedback.store import FeedbackStore
from llms.completions import Completions
from pages import build_pages
from pages._session import Session
from pages.route import RoutePage
from router_models import RouterPanel
from settings import Settings


def event(**fields: object) -> gr.EventData:
    return gr.EventData(None, fields)


@pytest.fixture(scope="module")
def page(panel: RouterPanel) -> RoutePage:
    return RoutePage(panel)


@pytest.fixture(scope="module")
def routed(page: RoutePage) -> Session:
    return page.submitted(Session(), event(query="", echo="1", prompt="What is the capital of Peru?"))[1]


def test_submitting_runs_the_panel(page: RoutePage, routed: Session) -> None:
    assert routed.run is not None
    assert routed.run.prompt == "What is the capital of Peru?"
    html = page.adjusted(routed, event(query="", echo="7"))
    assert 'data-echo="7"' in html
    assert f'data-run="{routed.run_id}"' in html


def test_adjusting_runs_nothing(page: RoutePage, routed: Session) -> None:
    html = page.adjusted(routed, event(query="t.random=0.75&out=50", prompt="Another prompt"))
    assert f'data-run="{routed.run_id}"' in html
    assert "50 tokens out" in html
    assert "Another prompt" not in html


def test_a_prompt_that_cannot_be_routed_leaves_the_last_decisions(page: RoutePage, routed: Session) -> None:
    html, session = page.submitted(routed, event(query="", prompt="   "))
    assert session is routed
    assert html.index("The prompt is empty.") < html.index("<article")


def test_a_link_routes_its_prompt_under_its_controls(page: RoutePage) -> None:
    html, session = page.opened(Session(), event(query="prompt=Hello+there&out=50", echo="1"))
    assert session.run is not None
    assert session.run.prompt == session.linked == "Hello there"
    assert "50 tokens out" in html
    assert "prompt=Hello" in html


@pytest.mark.parametrize(
    ("ticked", "prompt", "shared"),
    [(False, "My own secret", False), (True, "My own secret", True), (False, "Hello there", True)],
)
def test_somebody_elses_link_does_not_share_my_prompt(page: RoutePage, ticked: bool, prompt: str, shared: bool) -> None:
    _, session = page.opened(Session(), event(query="prompt=Hello+there"))
    html, session = page.submitted(session, event(query="share=1", prompt=prompt, ticked=ticked))
    address = re.findall(r'data-query="([^"]*)"', html)[0]
    assert ("prompt=" in address) is shared
    assert ("share" in address or "prompt" in address) is shared
    again = page.adjusted(session, event(query="share=1", ticked=ticked))
    assert ("prompt=" in re.findall(r'data-query="([^"]*)"', again)[0]) is shared


def test_a_link_of_too_many_fields_is_a_notice(page: RoutePage) -> None:
    html, _ = page.opened(Session(), event(query="&".join(f"a{i}=1" for i in range(300))))
    assert "more than 200 fields" in html


def test_a_session_that_has_ended_says_so(page: RoutePage, routed: Session) -> None:
    assert "This session has ended:" in page.adjusted(Session(), event(query="", run=routed.run_id))
    assert "This session has ended:" not in page.adjusted(Session(), event(query="", run=""))
    assert "This session has ended:" not in page.adjusted(routed, event(query="", run=routed.run_id))


def test_an_unforeseen_failure_is_shown_and_logged_without_the_prompt(
    page: RoutePage, routed: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("cannot digest: my secret")

    monkeypatch.setattr(RouterPanel, "run", fail)
    html, session = page.submitted(routed, event(query="", prompt="my secret"))
    assert "The app failed on this request." in html
    assert session is routed
    monkeypatch.setattr("pages.route.explain", fail)
    session = page.explained(routed, event(query=""))
    assert "The app failed" in page.adjusted(session, event(query="why=semantic"))
    monkeypatch.setattr("pages.route.read_view", fail)
    assert "The app failed" in page.adjusted(routed, event(query=""))
    said = [record.getMessage() for record in caplog.records if record.name.startswith("pages")]
    assert sum("RuntimeError" in message for message in said) == 3
    assert "test_route.py" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "fields",
    [{}, {"query": 7, "prompt": ["x"]}, {"query": "%%%", "prompt": {"a": 1}}, {"prompt": 3.5}, {"keep_order": "yes"}],
)
def test_a_forged_event_is_answered_with_a_board(page: RoutePage, fields: Mapping[str, Any]) -> None:
    html, session = page.submitted(Session(), event(**fields))
    assert "data-board" in html
    assert session.run is None
    assert "data-board" in page.adjusted(Session(), gr.EventData(None, "nonsense"))


def test_evidence_is_found_once(page: RoutePage, routed: Session) -> None:
    session = page.explained(routed, event())
    assert "capital" in page.adjusted(session, event(query="why=prompt-length"))
    assert session.explanations is not None
    assert set(session.explanations) == {score.router for score in session.run.scores}  # type: ignore[union-attr]
    assert page.explained(session, event()) is session
    assert page.explained(Session(), event()).explanations is None


def test_edited_rules_run_one_router_again_and_are_used_for_the_next_prompt(page: RoutePage, routed: Session) -> None:
    rules = [["factual", "reasoning"], ["coding", ""]]
    _, session = page.described(routed, event(query="", router="semantic", categories={"rules": rules}))
    before = {result.router: result for result in routed.run.results}  # type: ignore[union-attr]
    after = {result.router: result for result in session.run.results}  # type: ignore[union-attr]
    assert [name for name in after if after[name] != before[name]] == ["semantic"]
    assert list(after) == list(before)
    assert session.run_id != routed.run_id
    html, session = page.submitted(session, event(query="", prompt="Hello there"))
    assert "Rules edited" in html
    assert "leaves out your edited categories and rules" in html
    html, session = page.described(session, event(query="", router="semantic", categories=None))
    assert "Rules edited" not in html
    assert "leaves out your edited categories and rules" not in html
    assert session.edited == {}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"router": "semantic", "categories": {"descriptions": {"coding": ""}}}, "no description"),
        ({"router": "semantic", "categories": {"descriptions": {"coding": 5}}}, "sent no text"),
        ({"router": "semantic", "categories": {"rules": [["coding", "strong"]]}}, "which is no route"),
        ({"router": "nobody", "categories": {}}, "no router"),
        ({"categories": {}}, "sent no text"),
    ],
)
def test_categories_that_cannot_be_used_change_nothing(
    page: RoutePage, routed: Session, fields: Mapping[str, Any], said: str
) -> None:
    html, session = page.described(routed, event(query="", **fields))
    assert said in html
    assert session.run is routed.run
    assert session.edited == {}


def test_every_event_is_private_and_has_its_own_name(panel: RouterPanel) -> None:
    settings = Settings()
    store = FeedbackStore(settings)
    demo = build_pages(panel, settings, Completions(panel.catalogue, settings), lambda: store)
    events = [fn for fn in demo.fns.values() if fn.fn is not None]
    assert sum(str(fn.api_name).startswith("route_") for fn in events) == 7
    assert {fn.api_visibility for fn in events} == {"private"}
    assert len({fn.api_name for fn in events}) == len(events)
    assert demo.get_api_info()["named_endpoints"] == {}
    assert demo.analytics_enabled is False
