"""The background queue: turns, cancelling, merging, and failures that stay where they happen."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from errors import UnavailableError
from llms.catalogue import load_catalogue
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import RouterScore, Unavailable
from router_models.encoder import Encoders
from router_models.panel import RouterPanel
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.waiting import WaitingQueue, WaitingRun

PATIENCE_S = 10.0


class Slow(Router):
    """Answers when it is allowed to, and notes what it was asked."""

    waits = True

    def __init__(self, name: str, allowed: threading.Event, asked: list[tuple[str, str]]) -> None:
        card = RouterCard(router=name, title=name, family="llm", routes=("weak", "strong"), method="Waits.")
        super().__init__(card, Path(), Encoders(WEIGHTS))
        self.allowed = allowed
        self.asked = asked

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        self.asked.append((self.id, prompts[0]))
        assert self.allowed.wait(PATIENCE_S)
        if prompts[0] == "Fail":
            raise UnavailableError("It failed.", "Try again.")
        return np.tile([0.25, 0.75], (len(prompts), 1))


class Fast(Slow):
    waits = False

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return np.tile([0.5, 0.5], (len(prompts), 1))


class Defective(Slow):
    def score(self, batch: PromptBatch) -> list[RouterScore]:
        return []


@pytest.fixture
def allowed() -> threading.Event:
    return threading.Event()


@pytest.fixture
def asked() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def small(allowed: threading.Event, asked: list[tuple[str, str]]) -> RouterPanel:
    routers = [Slow("first", allowed, asked), Fast("fast", allowed, asked), Slow("second", allowed, asked)]
    return RouterPanel(routers, routers[0].encoders, load_catalogue())


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def done(waiting: WaitingRun) -> bool:
    return waiting.has_news(99)


def test_a_run_leaves_out_routers_that_wait_unless_asked(small: RouterPanel, allowed: threading.Event) -> None:
    assert small.waiting_ids == ("first", "second")
    assert [score.router for score in small.run("Hi").scores] == ["fast"]
    small.warm_up()
    assert not small["first"].loaded
    allowed.set()
    assert [score.router for score in small.run("Hi", waiting=True).scores] == ["first", "fast", "second"]
    assert [score.router for score in small.run("Hi", only=["second"]).scores] == ["second"]


def test_answers_come_in_one_by_one_in_panel_order(small: RouterPanel, allowed: threading.Event) -> None:
    run = small.run("Hi")
    waiting = WaitingQueue(small, workers=1).ask(run)
    before = waiting.progress(run)
    assert [result.router for result in before.run.results] == ["fast"]
    assert before.pending == ("first", "second")
    assert not waiting.has_news(0)
    allowed.set()
    until(lambda: done(waiting))
    after = waiting.progress(run)
    assert [result.router for result in after.run.results] == ["first", "fast", "second"]
    assert after.pending == ()
    assert after.answered == 2


def test_two_users_take_turns(small: RouterPanel, allowed: threading.Event, asked: list[tuple[str, str]]) -> None:
    queue = WaitingQueue(small, workers=1)
    mine, yours = queue.ask(small.run("mine")), queue.ask(small.run("yours"))
    allowed.set()
    until(lambda: done(mine) and done(yours))
    assert asked == [("first", "mine"), ("first", "yours"), ("second", "mine"), ("second", "yours")]


def test_a_cancelled_prompt_asks_no_further_router(
    small: RouterPanel, allowed: threading.Event, asked: list[tuple[str, str]]
) -> None:
    queue = WaitingQueue(small, workers=1)
    old = queue.ask(small.run("old"))
    until(lambda: bool(asked))
    old.cancel()
    new = queue.ask(small.run("new"))
    allowed.set()
    until(lambda: done(old) and done(new))
    assert ("second", "old") not in asked
    assert ("second", "new") in asked


def test_a_defect_outside_a_routers_scoring_ends_no_worker(
    allowed: threading.Event, asked: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    routers = [Defective("broken", allowed, asked), Slow("second", allowed, asked)]
    panel = RouterPanel(routers, routers[0].encoders, load_catalogue())
    allowed.set()
    run = panel.run("Hi")
    waiting = WaitingQueue(panel, workers=1).ask(run)
    until(lambda: done(waiting))
    after = waiting.progress(run)
    assert after.pending == ()
    assert [result.router for result in after.run.scores] == ["second"]
    assert [(gone.router, gone.what) for gone in after.run.unavailable] == [("broken", "broken failed on this prompt.")]
    assert "router broken could not be asked" in caplog.text


def test_a_failure_is_a_result_of_its_own(small: RouterPanel, allowed: threading.Event) -> None:
    allowed.set()
    run = small.run("Fail")
    waiting = WaitingQueue(small).ask(run)
    until(lambda: done(waiting))
    merged = waiting.progress(run).run
    assert merged.unavailable == (
        Unavailable("first", "It failed.", "Try again."),
        Unavailable("second", "It failed.", "Try again."),
    )
    assert [score.router for score in merged.scores] == ["fast"]
