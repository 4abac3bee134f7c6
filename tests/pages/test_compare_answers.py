"""What a column shows of an answer: its conversation and the figures below it."""

from datetime import date
from decimal import Decimal

import pytest

from errors import PlaygroundError
from llms.attachment import PdfAttachment
from llms.completion import Completion, StopReason, Usage
from llms.cost import CostEstimate
from llms.prices import Price
from pages._compare_chat import messages_of
from pages._compare_columns import Answer, Column, UserTurn, request_of
from pages._compare_facts import STOPS, Facts, facts_of
from pages._compare_typed import as_typed

PRICE = Price(Decimal(2), Decimal(8), date(2026, 11, 10), "genai-prices")


def completion(text: str = "Paris.", stop: StopReason | None = "stop", **more: object) -> Completion:
    usage = Usage(16, 8) if stop else None
    cost = CostEstimate(Decimal("0.0042"), "", PRICE) if stop else None
    given: dict[str, object] = {
        "usage": usage,
        "cost": cost,
        "first_token_ms": 120.4,
        "total_ms": 2345.0,
        "attempts": 1,
    }
    return Completion("gpt-4.1", "gpt-4.1-2025", text, stop=stop, **(given | more))  # type: ignore[arg-type]


def facts(**more: object) -> Facts:
    return facts_of(Answer("gpt-4.1", "routed", completion=completion(**more)))  # type: ignore[arg-type]


def shown(found: Facts) -> dict[str, str]:
    return {row.label: f"{row.value} {row.note}".strip() for row in found.rows}


def test_a_finished_answer_has_all_its_figures() -> None:
    assert shown(facts()) == {
        "Answered by": "gpt-4.1-2025",
        "First token": "120 ms",
        "Total": "2.3 s",
        "Tokens in": "16",
        "Tokens out": "8",
        "Cost": "$0.004\N{NARROW NO-BREAK SPACE}2 prices of 2026-11-10",
        "Ended": "finished",
    }


def test_figures_that_were_counted_here_say_so() -> None:
    found = shown(facts(usage=Usage(1600, 80, reasoning_tokens=30, counted=True)))
    assert found["Tokens in"] == "1,600 counted here"
    assert found["Tokens out"] == "80 30 of them reasoning; counted here"


def test_what_the_provider_had_cached_and_repeated_attempts_are_told() -> None:
    found = shown(facts(usage=Usage(1600, 80, cached_tokens=1024), attempts=3))
    assert found["Tokens in"] == "1,600 1,024 of them cached by the provider"
    assert found["Total"] == "2.3 s 3 attempts"


def test_an_answer_from_the_cache_costs_nothing() -> None:
    assert shown(facts(from_cache=True))["Cost"] == "from cache, 0 USD"


def test_no_price_is_not_zero() -> None:
    assert shown(facts(cost=CostEstimate(None, "no price is known for own:x")))["Cost"].startswith("no price")


@pytest.mark.parametrize("stop", list(STOPS))
def test_every_way_to_end_has_words_of_its_own(stop: StopReason) -> None:
    assert shown(facts(stop=stop))["Ended"] == STOPS[stop]
    assert len(set(STOPS.values())) == len(STOPS)


def test_a_part_of_an_answer_is_marked_and_its_failure_told() -> None:
    failure = PlaygroundError("It broke.", "Ask again.")
    cut = facts(stop="cut off", failure=failure)
    assert (cut.partial, cut.failure) == (True, failure)
    assert not facts(stop="failed", text="", failure=failure).partial
    assert not facts(stop="length").partial


@pytest.mark.parametrize(
    ("grown", "state"),
    [
        ({"text": "", "waiting": "queued behind 1 other answer"}, "queued behind 1 other answer"),
        ({"text": "", "reasoning": "Hm"}, "thinking"),
        ({"text": "Par"}, "writing"),
        ({"text": ""}, "waiting"),
    ],
)
def test_while_it_comes_the_state_is_told_and_no_cost(grown: dict[str, str], state: str) -> None:
    found = facts(stop=None, **grown)
    assert found.state == state
    assert "Cost" not in shown(found)
    assert facts_of(Answer("gpt-4.1", "routed")).state == "waiting"


def test_who_answered_is_not_made_up() -> None:
    nobody = facts_of(Answer("x", "routed", completion=Completion("x", stop="failed")))
    assert shown(nobody)["Answered by"] == "–"
    assert shown(nobody)["Cost"] == "– nothing was answered"
    unsaid = facts_of(Answer("x", "routed", completion=Completion("x", text="Hi", stop="stop")))
    assert shown(unsaid)["Answered by"] == "x its provider does not say"


class TestChat:
    def test_turns_alternate(self) -> None:
        column = Column({0: Answer("a", "routed", completion=completion())})
        messages = messages_of(column, [UserTurn("Capital of France?")])
        assert [(message["role"], message["content"]) for message in messages] == [
            ("user", "Capital of France?"),
            ("assistant", "Paris."),
        ]

    def test_thinking_is_apart_and_hidden_until_the_vote(self) -> None:
        column = Column({0: Answer("a", "routed", completion=completion(reasoning="Let me see."))})
        open_, veiled = (messages_of(column, [UserTurn("?")], veiled=veiled) for veiled in (False, True))
        assert open_[1]["metadata"] == {"title": "Thinking"}
        assert [message["content"] for message in veiled] == ["?", "Paris."]

    def test_an_earlier_answer_that_broke_off_stays_marked(self) -> None:
        column = Column({0: Answer("a", "routed", completion=completion(stop="stopped"))})
        messages = messages_of(column, [UserTurn("One"), UserTurn("Two")])
        assert [message["content"] for message in messages] == ["One", "Paris.", "*stopped by you*", "Two"]

    def test_a_turn_in_which_a_column_was_not_asked_is_told(self) -> None:
        messages = messages_of(Column(), [UserTurn("One"), UserTurn("Two")])
        assert "not asked" in messages[1]["content"]

    def test_the_attachment_is_named(self) -> None:
        pdf = PdfAttachment("a_b.pdf", "text", 1, 1, 4)
        assert "pdf: a&#95;b.pdf" in messages_of(Column(), [UserTurn("Read", pdf)])[0]["content"]

    @pytest.mark.parametrize(
        ("typed", "markdown"),
        [
            ("plain words, 2 + 2 = 4 (four)!", "plain words, 2 + 2 = 4 (four)!"),
            ("<b>&amp;</b>", "&#60;b&#62;&#38;amp;&#60;/b&#62;"),
            ("# not a heading", "&#35; not a heading"),
            ("- no list\n1. none", "&#45; no list\n1&#46; none"),
            ("a\n===", "a\n&#61;=="),
            ("\\(x\\) $$y$$", "&#92;(x&#92;) &#36;&#36;y&#36;&#36;"),
            ("    code", "\N{NO-BREAK SPACE}" * 4 + "code"),
        ],
    )
    def test_what_was_typed_is_no_markup(self, typed: str, markdown: str) -> None:
        assert as_typed(typed) == markdown


class TestRequest:
    def turns(self) -> list[UserTurn]:
        return [UserTurn("One"), UserTurn("Two"), UserTurn("Three")]

    def test_the_history_is_the_columns_own_and_skips_what_it_did_not_answer(self) -> None:
        failed = Answer("a", "routed", completion=completion(text="", stop="failed"))
        column = Column({0: Answer("a", "routed", completion=completion()), 1: failed})
        request = request_of(column, self.turns(), 2, "b", 0.5, 99)
        assert [(turn.role, turn.text) for turn in request.turns] == [
            ("user", "One"),
            ("assistant", "Paris."),
            ("user", "Three"),
        ]
        assert (request.llm, request.temperature, request.max_tokens) == ("b", 0.5, 99)

    def test_a_part_of_an_answer_is_history_too(self) -> None:
        column = Column({0: Answer("a", "routed", completion=completion(stop="stopped"))})
        assert len(request_of(column, self.turns(), 1, "a", None, 9).turns) == 3

    def test_an_attachment_stays_with_its_turn(self) -> None:
        pdf = PdfAttachment("a.pdf", "text", 1, 1, 4)
        turns = [UserTurn("One", pdf), UserTurn("Two")]
        column = Column({0: Answer("a", "routed", completion=completion())})
        sent = request_of(column, turns, 1, "a", None, 9).turns
        assert [turn.attachment for turn in sent] == [pdf, None, None]
