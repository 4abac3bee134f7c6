"""A visitor's way through the Compare page, from the prompt to the bill."""

import asyncio
from decimal import Decimal
from pathlib import Path

import gradio as gr
import pytest

from llms.attachment import PdfAttachment
from llms.completion import Usage
from llms.completion_cache import CompletionCache
from llms.completions import Completions
from llms.cost import format_usd
from llms.spending import spent
from pages._compare_callbacks import CompareCallbacks
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving, text_of
from tests.pages.comparing import PAIR, Desk, event, parts_of, talk, whole

PROMPT = "Name the four seasons."


def test_both_columns_answer_and_the_bill_adds_up_to_the_cent(desk: Desk, panel: RouterPanel) -> None:
    page = whole(desk.asks(PROMPT, values=PAIR))
    assert (desk.text(0), desk.text(1)) == (text_of(5), text_of(5))
    usage = Usage(1000, 5)
    costs = [spent(panel.catalogue, llm, usage).usd for llm in ("gpt-4.1-nano", "gpt-4.1")]
    assert all(cost is not None and cost > 0 for cost in costs)
    assert desk.session.bill.total().usd == sum(cost for cost in costs if cost is not None)
    assert format_usd(desk.session.bill.total().usd) in page["ticker"]
    for place, cost in enumerate(costs):
        assert format_usd(cost) in page[f"foot{place}"]
        assert "prices of 2026-" in page[f"foot{place}"]
        assert "1,000" in page[f"foot{place}"]
        assert page[f"chat{place}"][-1]["content"] == text_of(5)
    assert 'data-running=""' in page["bench"]


def test_the_first_step_shows_that_both_are_asked_before_either_answers(desk: Desk) -> None:
    first = desk.asks(PROMPT, values=PAIR)[0]
    assert 'data-running="1"' in first["bench"]
    assert all("data-stop" in first[f"head{place}"] for place in range(2))
    assert [message["role"] for message in first["chat0"]] == ["user"]


def test_a_column_that_fails_leaves_the_other_and_says_why(desk: Desk, server: Misbehaving) -> None:
    desk.does("keyed", endpoint={"base_url": server.base_url, "model": "status=402"})
    page = whole(desk.asks(PROMPT, values={**PAIR, "c1": "llm:own:status-402"}))
    assert desk.text(0) == text_of(5)
    assert "no credit left" in page["foot1"]
    assert "data-retry" in page["head1"]
    assert "failed" in page["foot1"]
    assert "nothing was answered" in page["foot1"]


def test_an_answer_that_breaks_off_is_kept_and_marked(desk: Desk, server: Misbehaving) -> None:
    desk.does("keyed", endpoint={"base_url": server.base_url, "model": "words=9,reset_after=4"})
    page = whole(desk.asks(PROMPT, values={**PAIR, "c1": "llm:own:words-9-reset-after-4"}))
    assert desk.text(1) == text_of(4)
    assert "Only a part of the answer" in page["foot1"]
    assert "broke in the middle" in page["foot1"]
    assert "counted here" in page["foot1"]


def test_a_follow_up_sends_each_column_its_own_history(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=PAIR)
    page = whole(desk.asks("And in French?", values=PAIR))
    sent = [request.body["messages"] for request in server.requests[2:]]
    assert [[message["role"] for message in messages] for messages in sent] == [["user", "assistant", "user"]] * 2
    assert sent[0][0]["content"] == PROMPT
    assert sent[0][1]["content"] == text_of(5)
    assert [message["role"] for message in talk(page, 0)] == ["user", "assistant"] * 2


def test_turns_that_are_over_are_drawn_once(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=PAIR)
    steps = desk.asks("And in French?", values=PAIR)
    assert [message["content"] for message in steps[0]["past0"]] == [PROMPT, text_of(5)]
    assert len(steps) > 3
    assert not [step for step in steps[1:] if "past0" in step or "past1" in step]
    assert {message["content"] for step in steps for message in step["chat0"]} <= {
        "And in French?",
        *(text_of(words) for words in range(6)),
    }
    for kind in ("adjusted", "recalled"):
        assert "past0" not in desk.does(kind, values=PAIR), "typing does not draw them again"
    assert len(desk.asks("And in Persian?", values=PAIR)[0]["past1"]) == 4
    assert desk.does("restarted", values=PAIR)["past0"] == []


def test_a_page_that_is_loaded_anew_is_drawn_whole(desk: Desk) -> None:
    for prompt in (PROMPT, "And in French?"):
        desk.asks(prompt, values=PAIR)
    assert len(desk.opens()["past0"]) == 2


def test_a_column_that_is_added_shows_the_turns_before_it(desk: Desk) -> None:
    for prompt in (PROMPT, "And in French?"):
        desk.asks(prompt, values=PAIR)
    page = desk.does("adjusted", values={**PAIR, "columns": "3"})
    assert [message["content"] for message in page["past2"]] == [PROMPT, "*not asked in this turn*"]
    assert desk.does("adjusted", values=PAIR)["past2"] == []


def test_while_answers_grow_every_step_has_all_that_grow(desk: Desk) -> None:
    """Gradio sends only what a part has grown by since the last step, and the whole where that step left it out."""
    steps = desk.asks(PROMPT, values=PAIR)
    assert all({"chat0", "chat1"} <= set(step) for step in steps)


def test_an_edited_prompt_takes_the_place_of_the_last_one(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=PAIR)
    recalled = desk.does("recalled", values=PAIR)
    assert f"<div hidden data-recalled>{PROMPT}</div>" in recalled["bench"]
    assert "data-recalled" not in desk.does("adjusted", values=PAIR)["bench"]
    page = whole(desk.asks("Name the five continents.", values=PAIR, replace=True))
    assert [request.body["messages"][0]["content"] for request in server.requests[2:]] == [
        "Name the five continents."
    ] * 2
    assert len(talk(page, 0)) == 2
    assert len(desk.session.turns) == 1


def test_an_attachment_stays_with_its_turn_when_the_prompt_is_edited(desk: Desk) -> None:
    pdf = PdfAttachment("notes.pdf", "The secret word is plum.", 1, 1, 24)
    desk.session.attachment = pdf
    page = whole(desk.asks(PROMPT, values=PAIR))
    assert desk.session.attachment is None, "it goes with one prompt"
    assert "notes" in page["chat0"][0]["content"]
    desk.asks("What is the word?", values=PAIR, replace=True)
    assert desk.session.turns[0].attachment == pdf


def test_retry_asks_one_column_and_both_answers_are_billed(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=PAIR)
    steps = desk.retries(1)
    assert len(server.requests) == 3
    assert server.requests[2].body["model"] == "gpt-4.1"
    assert desk.session.bill.total().answers == 3
    assert "data-stop" in steps[0]["head1"]
    assert "data-retry" in whole(steps)["head1"]


@pytest.mark.parametrize(
    ("prompt", "said"), [("", "The prompt is empty."), (" \n\x00", "empty"), ("x" * 200_001, "200,001")]
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_lost(
    desk: Desk, server: Misbehaving, prompt: str, said: str
) -> None:
    desk.asks(PROMPT, values=PAIR)
    page = whole(desk.asks(prompt, values=PAIR))
    assert said in page["bench"]
    assert len(desk.session.turns) == 1
    assert len(server.requests) == 2


def test_a_prompt_of_100_000_characters_is_asked_whole_and_shown_in_part(desk: Desk, server: Misbehaving) -> None:
    prompt = "word " * 20_000
    page = whole(desk.asks(prompt, values=PAIR))
    assert server.requests[0].body["messages"][0]["content"] == prompt
    assert len(page["chat0"][0]["content"]) < 3_000
    assert "100,000 characters in all" in page["chat0"][0]["content"]


def test_columns_that_would_ask_the_same_are_asked_and_paid_once(desk: Desk, server: Misbehaving) -> None:
    page = whole(desk.asks(PROMPT, values={**PAIR, "c1": "llm:gpt-4.1-nano"}))
    assert len(server.requests) == 1
    assert (desk.text(0), desk.text(1)) == (text_of(5), text_of(5))
    assert "asked and paid once" in page["foot1"]
    assert desk.session.bill.total().answers == 1


def test_a_new_conversation_forgets_the_turns_and_keeps_the_bill(desk: Desk) -> None:
    desk.asks(PROMPT, values=PAIR)
    paid = desk.session.bill.total().usd
    page = desk.does("restarted", values=PAIR)
    assert desk.session.turns == []
    assert page["chat0"] == []
    assert desk.session.bill.total(desk.session.comparison_id).usd == Decimal(0)
    assert desk.session.bill.total().usd == paid


def test_the_cache_is_used_only_if_asked_for_and_says_so(
    panel: RouterPanel, server: Misbehaving, tmp_path: Path
) -> None:
    desk = Desk(panel, server, tmp_path)
    desk.completions = Completions(panel.catalogue, desk.settings, CompletionCache(tmp_path, 8))
    desk.callbacks = CompareCallbacks(panel, desk.settings, desk.completions, desk.open_store)
    for cached, requests in ((False, 2), (True, 4), (True, 4)):
        desk.does("restarted", values=PAIR)
        page = whole(desk.asks(PROMPT, values={**PAIR, "cache": "1" if cached else ""}))
        assert len(server.requests) == requests
    assert "from cache, 0 USD" in page["foot0"]
    assert "2 from cache" in page["ticker"]


def test_stopping_one_column_keeps_what_it_said_and_lets_the_other_finish(desk: Desk, server: Misbehaving) -> None:
    desk.does("keyed", endpoint={"base_url": server.base_url, "model": "words=9,stall_after=3"})
    values = {**PAIR, "c1": "llm:own:words-9-stall-after-3"}

    async def run() -> None:
        async for painted in desk.callbacks.submitted(desk.session, event(prompt=PROMPT, values=values)):
            if desk.text(1) == text_of(3) and "chat1" in parts_of(painted):
                desk.callbacks.halted(desk.session, event(column=1))
        await desk.completions.aclose()

    asyncio.run(run())
    first, second = desk.session.answer(0), desk.session.answer(1)
    assert first is not None
    assert second is not None
    assert first.complete
    assert second.completion is not None
    assert (second.completion.stop, second.text) == ("stopped", text_of(3))
    stalled = next(request for request in server.requests if "stall" in request.body["model"])
    assert stalled.gone.wait(5), "the provider was not let go"


def test_a_tab_that_goes_ends_its_requests_and_forgets_its_keys(desk: Desk, server: Misbehaving) -> None:
    desk.opens()
    desk.does("keyed", provider="together", key="sk-for-this-tab")
    desk.does("keyed", endpoint={"base_url": server.base_url, "model": "words=9,stall_after=0"})
    values = {**PAIR, "c1": "llm:own:words-9-stall-after-0"}

    async def run() -> None:
        steps = desk.callbacks.submitted(desk.session, event(prompt=PROMPT, values=values))
        async for _ in steps:
            if any("stall" in request.body["model"] for request in server.requests):
                desk.callbacks.left(gr.Request(session_hash="tab"))
        await desk.completions.aclose()

    asyncio.run(run())
    stalled = next(request for request in server.requests if "stall" in request.body["model"])
    assert stalled.gone.wait(5)
    assert desk.session.keys.providers == ()
    assert dict(desk.session.keys.endpoints) == {}


def test_closing_the_stream_closes_the_requests(desk: Desk, server: Misbehaving) -> None:
    server.behave(words=1000, every_ms=20)

    async def run() -> None:
        steps = desk.callbacks.submitted(desk.session, event(prompt=PROMPT, values=PAIR))
        async for _ in steps:
            if desk.text(0) and desk.text(1):
                break
        await steps.aclose()  # type: ignore[attr-defined]  # what Gradio does when the client has gone
        for request in server.requests:
            assert await asyncio.to_thread(request.gone.wait, 5)
        await desk.completions.aclose()

    asyncio.run(run())
    assert len(server.requests) == 2
    assert not desk.session.running()


def test_where_no_column_can_answer_nothing_is_asked_and_each_says_what_it_would_cost(
    panel: RouterPanel, server: Misbehaving, tmp_path: Path
) -> None:
    desk = Desk(panel, server, tmp_path, openai_api_key=None)
    page = whole(desk.asks(PROMPT, values=PAIR))
    assert "None of the columns can answer this." in page["bench"]
    assert desk.session.turns == []
    for place in (0, 1):
        assert "There is no key for OpenAI" in page[f"head{place}"]
        assert "would cost about" in page[f"head{place}"]
        assert page[f"chat{place}"] == []
    assert server.requests == []
