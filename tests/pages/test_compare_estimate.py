"""What a follow-up would cost: the chat so far is input too."""

from decimal import Decimal
from pathlib import Path

import pytest

from llms.attachment import ImageAttachment
from llms.chat_request import ChatRequest, Turn
from llms.completion import Completion
from llms.cost import CostEstimate
from llms.endpoint import Endpoint
from llms.keys import Keys
from llms.prices import quote
from llms.tokens import count_tokens
from pages._compare_columns import Answer, Column, UserTurn
from pages._compare_controls import CompareControls, read_controls
from pages._compare_estimate import estimate_request
from pages._compare_plan import Planner
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import Desk

FIRST, ANSWER, NEXT = "Name the four seasons.", "Spring, summer, autumn and winter.", "And in French?"
CHAT = (Turn("user", FIRST), Turn("assistant", ANSWER), Turn("user", NEXT))


def tokens(*texts: str) -> int:
    return sum(count_tokens(text, "o200k_base").tokens for text in texts)


def controls(panel: RouterPanel, **values: str) -> CompareControls:
    return read_controls(values, panel)[0]


def estimate(panel: RouterPanel, turns: tuple[Turn, ...], *unanswered: UserTurn, **values: str) -> CostEstimate:
    request = ChatRequest("gpt-4.1", turns, max_tokens=1024)
    return estimate_request(panel.catalogue, controls(panel, **values), request, unanswered)


def priced(panel: RouterPanel, tokens_in: int, tokens_out: int) -> Decimal:
    quoted = quote(panel.catalogue, "gpt-4.1", tokens_in, tokens_out)
    assert quoted is not None
    return quoted.usd


def test_the_chat_so_far_is_paid_for_and_said(panel: RouterPanel) -> None:
    found, before = estimate(panel, CHAT), tokens(FIRST, ANSWER)
    assert found.usd == priced(panel, before + tokens(NEXT), 300)
    assert (
        f"{before + tokens(NEXT)} tokens in, 300 out assumed; {before} of those in are the chat so far;" in found.note
    )
    assert "chat so far" not in estimate(panel, CHAT[2:]).note


def test_turns_that_an_llm_could_not_answer_count_as_if_it_had(panel: RouterPanel) -> None:
    found = estimate(panel, CHAT[2:], UserTurn(FIRST), out="200")
    assert found.usd == priced(panel, tokens(FIRST, NEXT) + 200, 200)
    assert f"about {tokens(FIRST, NEXT) + 200} tokens in, 200 out assumed" in found.note
    assert "200 of them assumed for answers that it has not given" in found.note


def test_no_answer_is_assumed_to_be_longer_than_it_may_be(panel: RouterPanel) -> None:
    request = ChatRequest("gpt-4.1", CHAT[2:], max_tokens=64)
    assert estimate_request(panel.catalogue, controls(panel), request).usd == priced(panel, tokens(NEXT), 64)


def test_an_image_of_an_earlier_turn_is_mentioned(panel: RouterPanel) -> None:
    seen = UserTurn(FIRST, ImageAttachment("a.png", "image/png", b"x", 10, 10))
    assert "without the image's tokens" in estimate(panel, CHAT[2:], seen).note


def test_an_endpoint_without_price_has_no_estimate(panel: RouterPanel) -> None:
    keys = Keys().with_endpoint(Endpoint("https://llm.example.org/v1", "mine"))
    request = ChatRequest("own:mine", CHAT)
    found = estimate_request(keys.catalogue(panel.catalogue), controls(panel), request)
    assert found.usd is None
    assert "no price" in found.note


@pytest.mark.parametrize(("key", "chat"), [("sk-1", [FIRST, ANSWER]), (None, [FIRST])])
def test_a_column_counts_what_its_llm_would_read(
    panel: RouterPanel, server: Misbehaving, tmp_path: Path, key: str | None, chat: list[str]
) -> None:
    """With a key its own history; without one, the user's turns and answers of the expected length."""
    desk = Desk(panel, server, tmp_path, openai_api_key=key)
    if key:
        desk.session.columns[0] = Column({0: Answer("gpt-4.1", "strongest", completion=Completion("x", text=ANSWER))})
    turns = [UserTurn(FIRST), UserTurn(NEXT)]
    planner, chosen = Planner(panel, desk.completions), controls(panel, c0="strongest", columns="2")
    answer = planner.plan(chosen, desk.session.columns, turns, 1, desk.session.keys, [0])[0]
    assert answer.asked == bool(key)
    assert answer.estimate is not None
    assumed = 0 if key else 300
    assert answer.estimate.usd == priced(panel, tokens(*chat, NEXT) + assumed, 300)
