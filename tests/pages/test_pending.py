"""Cards of routers that are still being asked, and the event that tells the page of their answers."""

import asyncio
import dataclasses
import re
import time
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest

from pages._board import Board, Notices
from pages._cards import pending_cards
from pages._examples import load_examples
from pages._session import Session
from pages._view import RouteView, default_view
from pages.route import RoutePage
from router_models import RouterPanel
from router_models.panel import PanelRun
from router_models.waiting import WaitingRun
from tests.pages.conftest import MakeRun


@pytest.fixture
def view(panel: RouterPanel) -> RouteView:
    return default_view(panel)


@pytest.fixture
def fast(panel: RouterPanel, make_run: MakeRun) -> PanelRun:
    """A run without the routers that wait."""
    run = make_run()
    return dataclasses.replace(run, results=tuple(r for r in run.results if r.router in panel.immediate_ids))


@pytest.fixture
def waiting(panel: RouterPanel, fast: PanelRun) -> WaitingRun:
    return WaitingRun(fast, panel.waiting_ids, panel.ids, None)


def test_filters_leave_pending_cards_out(panel: RouterPanel, view: RouteView) -> None:
    names = panel.waiting_ids
    assert pending_cards(panel, names, dataclasses.replace(view, differing=True)) == []
    assert pending_cards(panel, names, dataclasses.replace(view, family="keras")) == []
    assert len(pending_cards(panel, names, dataclasses.replace(view, family=panel[names[0]].family))) == len(names)


def test_the_board_shows_who_is_asked_and_then_the_answer(
    panel: RouterPanel, fast: PanelRun, make_run: MakeRun, waiting: WaitingRun, view: RouteView
) -> None:
    board = Board(panel, load_examples())
    session = Session().with_run(fast).with_waiting(waiting)
    html = board.html(session, view, Notices())
    learnt = sum(not panel[name].card.baseline for name in panel.ids)
    assert len(re.findall(r"<article[^>]* data-pending", html)) == len(panel.waiting_ids)
    assert 'data-answered="0"' in html
    assert f"So far, 0 of {learnt - len(panel.waiting_ids)} learnt" in html
    assert f"{len(panel.waiting_ids)} still being asked" in html
    results = {result.router: result for result in make_run().results}
    while name := waiting.take():
        waiting.put(name, results[name])
    html = board.html(session, view, Notices())
    assert "data-pending" not in html
    assert "So far" not in html
    assert "still being asked" not in html
    assert f'data-answered="{len(panel.waiting_ids)}"' in html
    assert all(f'data-router="{name}" data-route=' in html for name in panel.waiting_ids)


def test_a_new_prompt_lets_the_old_ones_go(fast: PanelRun, waiting: WaitingRun, panel: RouterPanel) -> None:
    session = Session().with_run(fast).with_waiting(waiting)
    session.with_run(fast).with_waiting(WaitingRun(fast, panel.waiting_ids, panel.ids, None))
    assert waiting.take() is None


def test_the_page_is_told_at_once_of_an_answer_and_waits_for_the_next(
    panel: RouterPanel, fast: PanelRun, make_run: MakeRun, waiting: WaitingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.route.TOLD_AFTER_S", 0.3)
    page = RoutePage(panel)
    session = Session().with_run(fast).with_waiting(waiting)

    def told_after_s(answered: object) -> float:
        start = time.monotonic()
        with ThreadPoolExecutor(1) as apart:  # this thread may have an event loop already, left by browser tests
            event = gr.EventData(None, {"answered": answered})
            apart.submit(lambda: asyncio.run(page.awaited(session, event))).result()
        return time.monotonic() - start

    assert told_after_s(0) >= 0.3
    name = waiting.take()
    assert name is not None
    waiting.put(name, next(result for result in make_run().results if result.router == name))
    assert told_after_s(0) < 0.3
    waiting.cancel()
    assert told_after_s(1) < 0.3, "nothing more is to come"
    assert told_after_s("garbage") < 0.3
