"""What a run will cost, and what it must not."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from feedback.judge_failures import may_have_cost
from feedback.judge_plan import GIVEN, JudgedPrompt
from feedback.judge_purse import BudgetReachedError, Purse, ceiling_usd
from llms.catalogue import load_catalogue
from llms.chat_request import Turn
from llms.completion import Completion
from llms.endpoint import Endpoint
from llms.failures import FailureKind, ProviderError
from llms.keys import Keys
from tests.feedback.judging import JUDGE, REFERENCE, WEAK, Court, JudgingProvider, plan, prompts

QUESTION = (Turn("user", "Why is the sky blue?"),)


def test_an_estimate_counts_requests_and_tokens_by_llm(court: Court, provider: JudgingProvider) -> None:
    estimate = court.judge.estimate(plan(), prompts(10), Keys())
    assert [(line.llm, line.part, line.requests, line.known) for line in estimate.lines] == [
        (WEAK, "weak answers", 10, 0),
        (REFERENCE, "reference answers", 10, 0),
        (JUDGE, "ratings", 20, 0),
    ]
    weak, reference, judge = estimate.lines
    assert (weak.output_tokens, judge.output_tokens) == (10 * 300, 20 * 90)
    assert weak.input_tokens == reference.input_tokens
    assert judge.input_tokens > 20 * (300 + 300), "both answers are read"
    # gpt-4.1-nano is sold at 0.10 and 0.40 USD per million tokens.
    assert weak.usd == (weak.input_tokens * Decimal("0.10") + 3000 * Decimal("0.40")) / 1_000_000
    assert estimate.usd == sum(line.usd or Decimal(0) for line in estimate.lines)
    assert estimate.enough
    assert provider.requests == []


def test_what_is_known_costs_nothing(court: Court) -> None:
    court.tries(3)
    estimate = court.judge.estimate(plan(), prompts(5), Keys())
    assert [(line.requests, line.known) for line in estimate.lines] == [(2, 3), (2, 3), (4, 6)]
    done = court.judge.estimate(plan(), prompts(3), Keys())
    assert (done.requests, done.usd) == (0, 0)


def test_a_resumed_run_says_what_is_spent(court: Court) -> None:
    run, _ = court.tries(3)
    estimate = court.judge.estimate(plan(budget_usd=Decimal("0.001")), prompts(9), Keys(), run.record.id)
    assert estimate.spent_usd == court.store.spent(run.record.id).usd > 0
    assert not estimate.enough


def test_answers_that_are_given_cost_nothing(court: Court) -> None:
    given = [JudgedPrompt("Why?", "So.", "Because.")]
    estimate = court.judge.estimate(plan(weak=GIVEN, reference=GIVEN), given, Keys())
    assert [(line.part, line.requests) for line in estimate.lines] == [("ratings", 2)]


def test_an_llm_without_a_price_is_named(court: Court, provider: JudgingProvider) -> None:
    endpoint = Endpoint(provider.base_url, "mine")
    estimate = court.judge.estimate(plan(judges=(endpoint.llm_id,)), prompts(1), Keys().with_endpoint(endpoint))
    assert estimate.unpriced == ("own:mine",)
    assert estimate.lines[-1].usd is None
    assert "no price is known" in estimate.lines[-1].note


def test_hidden_reasoning_is_counted_and_said(court: Court) -> None:
    estimate = court.judge.estimate(plan(judges=("o4-mini",)), prompts(1), Keys())
    assert estimate.lines[-1].output_tokens == 2 * (90 + 1000)
    assert "1,000 hidden reasoning tokens assumed" in estimate.lines[-1].note


def test_the_ceiling_holds_the_longest_answer_all_reasoning_and_a_margin() -> None:
    catalogue = load_catalogue()
    exact = ceiling_usd(catalogue, WEAK, QUESTION, 1000)
    assert exact is not None
    assert Decimal("0.0004") < exact < Decimal("0.00041")
    thinking = ceiling_usd(catalogue, "o4-mini", QUESTION, 1000)
    assert thinking is not None
    assert thinking > 5000 * Decimal("4.4") / 1_000_000
    own = Keys().with_endpoint(Endpoint("https://llm.example.org/v1", "m"))
    assert ceiling_usd(own.catalogue(catalogue), "own:m", QUESTION, 1000) is None


def test_a_purse_waits_for_money_that_comes_back() -> None:
    async def pay() -> tuple[list[str], Decimal]:
        purse, order = Purse(Decimal(10)), []
        entered = asyncio.Event()

        async def first() -> None:
            async with purse.paying(Decimal(8)) as charge:
                entered.set()
                await asyncio.sleep(0.05)
                order.append("first")
                charge.usd = Decimal(1)

        async def second() -> None:
            await entered.wait()
            async with purse.paying(Decimal(9)) as charge:
                order.append("second")
                charge.usd = Decimal(2)

        await asyncio.gather(first(), second())
        with pytest.raises(BudgetReachedError, match=r"up to \$8, and \$3 of \$10 are spent"):
            async with purse.paying(Decimal(8)):
                order.append("never")
        async with purse.paying(None):
            order.append("without a price")
        return order, purse.spent_usd

    order, spent = asyncio.run(pay())
    assert order == ["first", "second", "without a price"]
    assert spent == 3


def test_a_request_that_fails_gives_its_money_back() -> None:
    async def fail() -> Purse:
        purse = Purse(Decimal(1))
        with pytest.raises(RuntimeError):
            async with purse.paying(Decimal(1)):
                raise RuntimeError
        async with purse.paying(Decimal(1)) as charge:
            charge.usd = Decimal("0.5")
        return purse

    assert asyncio.run(fail()).spent_usd == Decimal("0.5")


@pytest.mark.parametrize(("sent", "spent"), [(True, "1"), (False, "0")])
def test_a_request_whose_usage_stays_unknown_costs_the_most_it_can(sent: bool, spent: str) -> None:
    async def lost() -> Purse:
        purse = Purse(Decimal(5))
        async with purse.paying(Decimal(1)) as charge:
            charge.sent = sent
        return purse

    assert asyncio.run(lost()).spent_usd == Decimal(spent)


@pytest.mark.parametrize(
    ("kind", "may"), [("too slow", True), ("cut off", True), ("key", False), ("rate limit", False)]
)
def test_a_refusal_costs_nothing_and_a_lost_answer_may(kind: FailureKind, may: bool) -> None:
    assert may_have_cost(Completion(JUDGE, attempts=1, failure=ProviderError(kind, "It failed.", "Wait."))) is may


def test_an_answer_that_came_too_late_is_charged(provider: JudgingProvider, tmp_path: Path) -> None:
    court = Court(provider, tmp_path, answer_timeout_s=0.5)
    provider.hold_from = 1
    run = court.judge.begin(plan(concurrency=1), prompts(1), Keys(), "somebody")
    end = court.runs(run)
    provider.release()
    assert end.failed == 1
    assert end.spent_usd > 0
