"""The bill above the columns, and the route pick's part in it."""

from decimal import Decimal

import pytest

from llms.cost import format_usd
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import PAIR, Desk, whole

ROUTED = {"c0": "routed", "c1": "strongest", "columns": "2", "router": "always-weak"}


def test_a_saving_is_against_a_named_baseline_and_net_of_the_router(desk: Desk, panel: RouterPanel) -> None:
    page = whole(desk.asks("Go", values=ROUTED))
    saving = desk.session.bill.saving(panel.catalogue, "gpt-4.1")
    assert saving is not None
    answers = [desk.session.answer(place) for place in (0, 1)]
    weak, strong = (answer.completion.cost.usd for answer in answers)  # type: ignore[union-attr]
    assert saving.usd == strong - weak - saving.router_usd
    assert saving.router_usd > 0
    assert format_usd(saving.usd) in page["ticker"]
    assert f"net of {format_usd(saving.router_usd)} for the router" in page["ticker"]
    assert "assumed" not in page["ticker"], "the baseline has answered itself"


def test_another_baseline_is_the_users_choice_and_its_assumption_is_said(desk: Desk, panel: RouterPanel) -> None:
    desk.asks("Go", values=ROUTED)
    page = desk.does("adjusted", values={**ROUTED, "baseline": "gpt-4o"})
    saving = desk.session.bill.saving(panel.catalogue, "gpt-4o")
    assert saving is not None
    assert format_usd(saving.usd) in page["ticker"]
    assert "it is assumed to write as many visible tokens as the routed LLM" in page["ticker"]


def test_an_override_saves_nothing_in_the_routers_name(desk: Desk, panel: RouterPanel) -> None:
    page = whole(desk.asks("Go", values={**ROUTED, "override": "gpt-4o"}))
    assert desk.session.bill.saving(panel.catalogue, "gpt-4.1") is None
    assert "nothing routed yet" in page["ticker"]


def test_answers_without_a_price_are_left_out_and_counted(desk: Desk, server: Misbehaving) -> None:
    desk.does("keyed", endpoint={"base_url": server.base_url, "model": "words=2"})
    page = whole(desk.asks("Go", values={**PAIR, "c1": "llm:own:words-2"}))
    assert "1 answer left out for want of a price" in page["ticker"]
    first = desk.session.answer(0)
    assert first is not None
    assert first.completion is not None
    assert first.completion.cost is not None
    assert desk.session.bill.total().usd == first.completion.cost.usd


def test_a_routed_turn_without_an_answer_is_left_out(desk: Desk) -> None:
    page = whole(desk.asks("Go", values={**ROUTED, "llm.weak": "claude-haiku-4.5"}))
    assert desk.text(1), "the other column has answered"
    assert "1 turn left out for want of a price or an answer" in page["ticker"]


def test_a_turn_that_is_being_answered_is_neither_saved_nor_left_out(desk: Desk) -> None:
    for asked in ("Go", "On"):
        steps = desk.asks(asked, values=ROUTED)
        assert not [step for step in steps if "left out" in step.get("ticker", "")]
    assert "counted as soon as all columns have ended" not in steps[0]["ticker"], "the first turn is counted"
    assert "1 routed turn, " in steps[0]["ticker"]
    assert "2 routed turns, " in whole(steps)["ticker"]


def test_while_the_first_turn_is_answered_it_is_said_when_it_counts(desk: Desk) -> None:
    steps = desk.asks("Go", values=ROUTED)
    assert "counted as soon as all columns have ended" in steps[0]["ticker"]
    assert "1 routed turn, " in whole(steps)["ticker"]


def test_an_llm_that_is_kept_goes_on_saving_and_costs_no_further_decision(desk: Desk, panel: RouterPanel) -> None:
    desk.asks("Go", values=ROUTED)
    once = desk.session.bill.saving(panel.catalogue, "gpt-4.1")
    desk.asks("On", values=ROUTED)
    twice = desk.session.bill.saving(panel.catalogue, "gpt-4.1")
    assert once is not None
    assert twice is not None
    assert (once.turns, twice.turns) == (1, 2)
    assert twice.router_usd == once.router_usd > 0


@pytest.mark.parametrize(("comparisons", "answers"), [(1, 2), (2, 4)])
def test_the_session_sums_over_comparisons(desk: Desk, comparisons: int, answers: int) -> None:
    page = {}
    for _ in range(comparisons):
        desk.does("restarted", values=PAIR)
        page = whole(desk.asks("Go", values=PAIR))
    one, all_ = desk.session.bill.total(desk.session.comparison_id), desk.session.bill.total()
    assert all_.usd == one.usd * comparisons > Decimal(0)
    assert f"{answers} answers, " in page["ticker"]


def test_the_routed_head_shows_what_decided(desk: Desk, panel: RouterPanel) -> None:
    page = whole(desk.asks("Prove that 2 + 2 = 4.", values={**ROUTED, "router": "knn"}))
    answer = desk.session.answer(0)
    assert answer is not None
    decision = answer.decision
    assert decision is not None
    head = page["head0"]
    assert f"<b>{panel['knn'].title}</b> picks <b>{decision.llm}</b>" in head
    assert f"p_strong {decision.p_strong:.2f}" in head
    assert f"threshold {decision.threshold:.2f}" in head
    for warning in decision.warnings:
        assert warning.replace("'", "&#39;") in head
