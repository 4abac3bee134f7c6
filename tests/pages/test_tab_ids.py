"""Annotators whose browsers keep no cookie: each tab is an author of its own, and nobody shares one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from feedback.identity import BROWSER_COOKIE
from pages._label_tab import label_field
from pages._tab_ids import TabIds
from pages._visitor import visitor_of
from router_models import RouterPanel
from tests.pages.guarded_app import settings_with_users
from tests.pages.labelling import Office, office_with

Functions = dict[str, Callable[..., Any]]


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    yield from office_with(panel, tmp_path, ["Name a colour of the sky.", "Name a tree."], overlap=2)


def wired(office: Office, **options: Any) -> Functions:
    """The server functions as the script calls them, and the event that gives a tab its id."""
    with gr.Blocks() as demo:
        field = label_field(office.desk, options.get("settings", office.settings))
    found: Functions = {function.__name__: function for function in field.server_fns}
    events = {str(function.api_name): function.fn for function in demo.fns.values()}
    found["label_introduced"] = events["label_introduced"]  # type: ignore[assignment]
    return found


def bare(cookie: str = "") -> Any:
    """A request as server functions get it."""
    headers = [(b"cookie", cookie.encode())] if cookie else []
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers})


def test_without_cookie_and_tab_nothing_is_answered(office: Office) -> None:
    functions = wired(office)
    forged = TabIds().give(gr.Request(session_hash="one"))
    for tab in (None, "", "one", forged, 7, "x" * 100_000):
        refused = functions["label_opened"]({"tab": tab}, bare())
        assert refused["unknown"] is True
        assert "does not know this tab" in refused["error"]["what"]
        assert "cookies" in refused["error"]["mend"]
    assert functions["label_opened"](None, bare())["unknown"] is True


def test_tabs_without_cookies_are_different_authors_and_the_same_as_in_events(office: Office) -> None:
    functions = wired(office)
    events = [gr.Request(session_hash=session) for session in ("one", "two")]
    tabs = [functions["label_introduced"](event) for event in events]
    for number, tab in enumerate(tabs):
        opened = functions["label_opened"]({"tab": tab}, bare())
        sent = {"id": f"label{number}", "item": opened["item"]["id"], "choice": "1", "start": "", "tab": tab}
        assert "error" not in functions["label_given"](sent, bare())
    mine = [office.labels.progress(visitor_of(event, office.settings).author).mine for event in events]
    assert mine == [1, 1], "the events of each tab see the label that its script has sent"


def test_a_cookie_comes_before_a_tab(office: Office) -> None:
    functions = wired(office)
    kept = f"{BROWSER_COOKIE}={'0a' * 16}"
    opened = functions["label_opened"]({}, bare(kept))
    assert opened["item"]
    tab = functions["label_introduced"](gr.Request(session_hash="one"))
    assert functions["label_opened"]({"tab": tab}, bare(kept))["name"] == opened["name"]


def test_who_has_to_sign_in_is_told_that(office: Office, tmp_path: Path) -> None:
    functions = wired(office, settings=settings_with_users(tmp_path))
    refused = functions["label_opened"]({}, bare())
    assert "Only who has signed in" in refused["error"]["what"]
    assert refused["unknown"] is False
