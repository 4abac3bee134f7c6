"""What happens while a turn is planned and answered: closed streams, defects, second prompts, new conversations."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from llms.completion import Completion, Usage
from llms.spending import spent
from pages._compare_columns import Answer, Column
from pages._compare_run import BROKEN_OFF, break_off
from pages._compare_turn import MOST_TURNS
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving, text_of
from tests.pages.comparing import PAIR, Desk, Parts, event, parts_of, whole

PROMPT = "Name the four seasons."
BLIND = {**PAIR, "blind": "1"}


class HeldPlanner:
    """A planner whose first plan waits, as one does whose router asks an LLM."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.released = threading.Event(), threading.Event()
        self._plan: Callable[..., Any] = desk.callbacks._planner.plan
        monkeypatch.setattr(desk.callbacks._planner, "plan", self)

    def __call__(self, *given: Any) -> Any:
        first = not self.begun.is_set()
        self.begun.set()
        assert not first or self.released.wait(10)
        return self._plan(*given)


@pytest.fixture
def held(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> HeldPlanner:
    """After a first prompt has been answered."""
    desk.asks(PROMPT, values=PAIR)
    return HeldPlanner(desk, monkeypatch)


def steps_of(desk: Desk, kind: str = "submitted", **fields: Any) -> AsyncIterator[list[object]]:
    stepping: AsyncIterator[list[object]] = getattr(desk.callbacks, kind)(desk.session, event(values=PAIR, **fields))
    return stepping


async def page_of(steps: AsyncIterator[list[object]]) -> Parts:
    """The page after all steps."""
    return whole([parts_of(painted) async for painted in steps])


class TestAnAnswerAlwaysEnds:
    def test_when_the_stream_is_closed_in_its_middle(self, desk: Desk, server: Misbehaving) -> None:
        server.behave(words=9, hold_after=3)

        async def run() -> None:
            steps = steps_of(desk, prompt=PROMPT)
            async for _ in steps:
                if desk.text(0) and desk.text(1):
                    break
            await steps.aclose()  # type: ignore[attr-defined]
            await desk.completions.aclose()

        asyncio.run(run())
        assert not desk.session.running()
        answer = desk.session.answer(0)
        assert answer is not None
        assert answer.completion is not None
        assert (answer.completion.stop, answer.completion.failure) == ("cut off", BROKEN_OFF)

    def test_when_it_is_closed_before_anybody_is_asked(self, desk: Desk, server: Misbehaving) -> None:
        async def run() -> None:
            steps = steps_of(desk, prompt=PROMPT)
            await anext(steps)
            assert desk.session.running()
            await steps.aclose()  # type: ignore[attr-defined]

        asyncio.run(run())
        assert not desk.session.running()
        assert server.requests == []
        server.behave(words=2)
        desk.asks("Again", values=PAIR)
        assert desk.text(0) == text_of(2)

    def test_when_a_stream_has_a_defect(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = desk.completions.stream

        def broken(request: Any, *given: Any, **options: Any) -> AsyncIterator[Completion]:
            if request.llm == "gpt-4.1":
                raise ArithmeticError("a defect")
            return stream(request, *given, **options)

        monkeypatch.setattr(desk.completions, "stream", broken)
        page = whole(desk.asks(PROMPT, values=PAIR))
        assert not desk.session.running()
        assert "The app failed on this request." in page["bench"]
        assert "The answer was broken off." in page["foot1"]
        assert "data-retry" in page["head1"]

    def test_what_has_ended_is_left_as_it_is(self) -> None:
        whole_one = Answer("a", "routed", completion=Completion("a", text="So.", stop="stop"))
        column = Column({0: whole_one, 1: Answer("a", "routed")})
        for number in (0, 1, 2):
            break_off(column, number)
        assert column.answers[0] == whole_one
        assert column.answers[1].completion == Completion("a", stop="failed", failure=BROKEN_OFF)
        assert 2 not in column.answers


class TestWhileATurnIsPlanned:
    @pytest.mark.parametrize("second", ["submitted", "retried"])
    def test_a_second_one_is_refused(self, desk: Desk, server: Misbehaving, held: HeldPlanner, second: str) -> None:
        async def run() -> Parts:
            first = asyncio.create_task(page_of(steps_of(desk, prompt="First")))
            await asyncio.to_thread(held.begun.wait, 10)
            refused = await asyncio.wait_for(page_of(steps_of(desk, second, prompt="Second", column=0)), 10)
            held.released.set()
            await first
            await desk.completions.aclose()
            return refused

        assert "still being answered" in asyncio.run(run())["bench"]
        assert [turn.text for turn in desk.session.turns] == [PROMPT, "First"]
        assert len(server.requests) == 4

    @pytest.mark.parametrize("kind", ["submitted", "retried"])
    def test_a_new_conversation_gives_it_up(
        self, desk: Desk, server: Misbehaving, held: HeldPlanner, kind: str
    ) -> None:
        async def run() -> Parts:
            planned = asyncio.create_task(page_of(steps_of(desk, kind, prompt="First", column=0)))
            await asyncio.to_thread(held.begun.wait, 10)
            desk.does("restarted", values=PAIR)
            assert not desk.session.planned, "the new conversation need not wait"
            held.released.set()
            page = await planned
            await desk.completions.aclose()
            return page

        assert "You began a new conversation before this prompt was asked." in asyncio.run(run())["bench"]
        assert desk.session.turns == []
        assert len(server.requests) == 2
        desk.asks("Second", values=PAIR)
        assert desk.text(0) == text_of(5)

    def test_the_threads_of_the_streams_stay_free(self, desk: Desk, held: HeldPlanner) -> None:
        async def run() -> None:
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
            planned = asyncio.create_task(page_of(steps_of(desk, prompt=PROMPT)))
            try:
                with ThreadPoolExecutor(1) as waiting:
                    await asyncio.get_running_loop().run_in_executor(waiting, held.begun.wait, 10)
                assert await asyncio.wait_for(asyncio.to_thread(int), 5) == 0
            finally:
                held.released.set()
                await planned
                await desk.completions.aclose()

        asyncio.run(run())

    def test_a_plan_that_fails_does_not_bar_the_next(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ArithmeticError("a defect")

        with monkeypatch.context() as broken:
            broken.setattr(desk.callbacks._planner, "plan", fail)
            desk.asks(PROMPT, values=PAIR)
        desk.asks(PROMPT, values=PAIR)
        assert desk.text(0) == text_of(5)

    def test_the_page_waits_longer_than_a_router_may_take(
        self, panel: RouterPanel, server: Misbehaving, tmp_path: Path
    ) -> None:
        desk = Desk(panel, server, tmp_path, router_timeout_s=75)
        assert 'data-give-up-ms="105000"' in desk.opens()["bench"]


class TestANewConversation:
    def test_while_answers_stream_all_are_billed_under_the_old_one(
        self, desk: Desk, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.behave(words=9, hold_after=3)
        old: list[str] = []
        billed = asyncio.Event()
        add, stream = desk.session.bill.add, desk.completions.stream

        def noted(*given: Any, **options: Any) -> None:
            add(*given, **options)
            billed.set()

        async def one_after_the_other(request: Any, *given: Any, **options: Any) -> AsyncIterator[Completion]:
            async for completion in stream(request, *given, **options):
                if completion.done and request.llm == "gpt-4.1":
                    await billed.wait()
                yield completion

        monkeypatch.setattr(desk.session.bill, "add", noted)
        monkeypatch.setattr(desk.completions, "stream", one_after_the_other)

        async def run() -> None:
            async for _ in steps_of(desk, prompt=PROMPT):
                if not old and desk.text(0) == desk.text(1) == text_of(3):
                    old.append(desk.session.comparison_id)
                    desk.does("restarted", values=PAIR)
            await desk.completions.aclose()

        asyncio.run(run())
        assert desk.session.bill.total(old[0]).answers == 2
        assert desk.session.bill.total(desk.session.comparison_id).answers == 0
        assert desk.session.turns == []

    def test_before_anybody_is_asked_nothing_is_sent(self, desk: Desk, server: Misbehaving) -> None:
        async def run() -> Parts:
            steps = steps_of(desk, prompt=PROMPT)
            await anext(steps)
            desk.does("restarted", values=PAIR)
            return await page_of(steps)

        assert "failed" not in asyncio.run(run())["bench"]
        assert server.requests == []


@pytest.mark.parametrize("values", [{"c1": "llm:gpt-4.1-nano"}, {"c1": "llm:claude-haiku-4.5"}])
def test_a_contest_that_is_refused_leaves_the_conversation_and_the_columns(desk: Desk, values: dict[str, str]) -> None:
    desk.asks(PROMPT, values=PAIR)
    before = desk.session.comparison_id
    for _ in range(8):  # sides are drawn at random
        page = whole(desk.asks("Another", values={**BLIND, **values}))
        assert desk.session.values["c0"] == BLIND["c0"]
    assert [turn.text for turn in desk.session.turns] == [PROMPT]
    assert desk.session.comparison_id == before
    assert text_of(5) in [message["content"] for message in page["chat0"]]


def test_a_contest_begins_without_the_history_of_the_conversation_before(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=PAIR)
    desk.asks("Another", values=BLIND)
    assert [len(request.body["messages"]) for request in server.requests[2:]] == [1, 1]


def test_a_conversation_has_so_many_turns_and_no_more(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=PAIR)
    desk.session.turns *= MOST_TURNS
    page = whole(desk.asks("One more", values=PAIR))
    assert f"This conversation has {MOST_TURNS} turns" in page["bench"]
    assert (len(desk.session.turns), len(server.requests)) == (MOST_TURNS, 2)
    desk.asks("In place of the last", values=PAIR, replace=True)
    assert len(server.requests) == 4


def test_a_retry_that_is_routed_anew_is_what_the_saving_counts(desk: Desk) -> None:
    values = {**PAIR, "c0": "routed", "router": "always-weak"}
    desk.asks(PROMPT, values=values)
    desk.does("adjusted", values={**values, "router": "always-strong"})
    desk.retries(0)
    (routing,) = desk.session.bill._routings.values()
    assert routing.llm == "gpt-4.1"


@pytest.mark.parametrize("blind", ["", "1"])
def test_what_an_edited_prompt_was_answered_with_is_paid_and_counts_for_no_saving(
    desk: Desk, panel: RouterPanel, blind: str
) -> None:
    values = {**PAIR, "c0": "routed", "router": "always-weak", "blind": blind}
    desk.asks(PROMPT, values=values)
    desk.asks("Name the five continents.", values=values, replace=True)
    saving = desk.session.bill.saving(panel.catalogue, "gpt-4.1")
    assert saving is not None
    assert (saving.turns, saving.left_out) == (1, 0)
    assert saving.routed_usd == spent(panel.catalogue, "gpt-4.1-nano", Usage(1000, 5)).usd
    assert desk.session.bill.total().answers == 4


@pytest.mark.parametrize("choices", [("routed", "llm:gpt-4.1-nano"), ("llm:gpt-4.1-nano", "routed")])
def test_an_answer_that_a_routed_column_shares_is_the_routed_one(
    desk: Desk, panel: RouterPanel, choices: tuple[str, str]
) -> None:
    values = {"c0": choices[0], "c1": choices[1], "columns": "2", "router": "always-weak"}
    desk.asks(PROMPT, values=values)
    saving = desk.session.bill.saving(panel.catalogue, "gpt-4.1")
    assert saving is not None
    assert (saving.turns, saving.left_out) == (1, 0)


def test_an_answer_that_another_column_asked_for_is_not_the_routed_one(
    desk: Desk, panel: RouterPanel, server: Misbehaving
) -> None:
    values = {**PAIR, "c0": "routed", "router": "always-weak"}
    desk.asks(PROMPT, values=values)
    once = desk.session.bill.saving(panel.catalogue, "gpt-4.1")
    desk.does("adjusted", values={**values, "c1": "llm:gpt-4.1-nano"})
    desk.retries(1)
    assert len(server.requests) == 3
    assert desk.session.bill.saving(panel.catalogue, "gpt-4.1") == once


def test_a_prompt_is_made_readable_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from pages import _compare_columns

    made: list[str] = []

    def noted(text: str) -> str:
        made.append(text)
        return text

    monkeypatch.setattr(_compare_columns, "as_typed", noted)
    desk.asks(PROMPT, values=PAIR)
    desk.asks("And in French?", values=PAIR)
    assert made == [PROMPT, "And in French?"]
