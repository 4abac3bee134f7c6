"""The bill adds up to genai-prices, to the last digit, and savings name what they are measured against."""

from dataclasses import replace
from decimal import Decimal

import genai_prices
import pytest

from errors import UnknownNameError
from llms.bill import ASSUMED, CACHED, Bill, Routing
from llms.catalogue import Catalogue
from llms.completion import Completion, StopReason, Usage
from llms.cost import WITHOUT_REASONING, CostEstimate
from llms.spending import nothing_spent, spent

RATE = Decimal("0.03")
ROUTER_MS = 36_000.0
ROUTER_USD = Decimal("0.0003")


def answer(catalogue: Catalogue, llm: str, usage: Usage, stop: StopReason = "stop") -> Completion:
    return Completion(llm, text="…", stop=stop, usage=usage, cost=spent(catalogue, llm, usage))


def list_usd(llm: str, input_tokens: int, output_tokens: int) -> Decimal:
    usage = genai_prices.Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    return genai_prices.calc_price(usage, llm, provider_id="openai").total_price


def test_totals_are_sums_of_list_prices(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.add("one", 0, answer(catalogue, "gpt-4.1", Usage(1234, 567)))
    bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(1234, 89, counted=True), "cut off"))
    bill.add("one", 1, answer(catalogue, "gpt-4.1-nano", Usage(1234, 89)))
    bill.add("two", 0, answer(catalogue, "gpt-4.1", Usage(1, 1)))
    one, whole = bill.total("one"), bill.total()
    assert one.usd == list_usd("gpt-4.1", 1234, 567) + 2 * list_usd("gpt-4.1-nano", 1234, 89)
    assert whole.usd == one.usd + list_usd("gpt-4.1", 1, 1)
    assert (one.answers, one.unpriced, one.counted, one.cached) == (3, 0, 1, 0)
    assert (one.input_tokens, one.output_tokens) == (3 * 1234, 567 + 2 * 89)


def test_what_has_no_price_is_left_out_and_counted(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.add("one", 0, Completion("own:a", stop="stop", usage=Usage(5, 5), cost=CostEstimate(None)))
    bill.add("one", 0, Completion("gpt-4.1", stop="failed"))
    cached = Completion(
        "gpt-4.1", stop="stop", usage=Usage(5, 5), cost=nothing_spent(catalogue, "gpt-4.1"), from_cache=True
    )
    bill.add("one", 0, cached)
    total = bill.total()
    assert (total.usd, total.answers, total.unpriced, total.cached) == (Decimal(0), 1, 1, 1)
    assert total.input_tokens == 5, "a cached answer uses no tokens"


def test_saving_is_net_of_the_router(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(1000, 200)))
    bill.add("one", 0, answer(catalogue, "gpt-4.1", Usage(1000, 300)))
    bill.route("one", 0, Routing("gpt-4.1-nano", ROUTER_MS))
    saving = bill.saving(catalogue, "gpt-4.1")
    assert saving is not None
    assert saving.router_usd == ROUTER_USD
    assert saving.baseline_usd == list_usd("gpt-4.1", 1000, 300), "the baseline has answered itself"
    assert saving.routed_usd == list_usd("gpt-4.1-nano", 1000, 200)
    assert saving.usd == saving.baseline_usd - saving.routed_usd - ROUTER_USD
    assert (saving.baseline, saving.turns, saving.left_out, saving.notes) == ("gpt-4.1", 1, 0, ())


def test_a_baseline_that_did_not_answer_is_assumed_and_said(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.add("one", 0, answer(catalogue, "o4-mini", Usage(1000, 500, reasoning_tokens=300)))
    bill.route("one", 0, Routing("o4-mini", 0.0, Decimal("0.001")))
    saving = bill.saving(catalogue, "gpt-4.1")
    assert saving is not None
    assert saving.baseline_usd == list_usd("gpt-4.1", 1000, 200), "hidden reasoning is the routed LLM's own"
    assert saving.router_usd == Decimal("0.001")
    assert saving.usd < 0, "routing may cost more"
    assert saving.notes == (ASSUMED,)
    reasoning = bill.saving(catalogue, "gpt-5-mini")
    assert reasoning is not None
    assert WITHOUT_REASONING in reasoning.notes


def test_routing_to_the_baseline_costs_the_router(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.add("one", 0, answer(catalogue, "gpt-4.1", Usage(1000, 300)))
    bill.route("one", 0, Routing("gpt-4.1", ROUTER_MS))
    saving = bill.saving(catalogue, "gpt-4.1", "one")
    assert saving is not None
    assert saving.usd == -ROUTER_USD
    assert bill.saving(catalogue, "gpt-4.1", "two") is None


def test_a_cached_answer_saves_as_if_it_had_been_asked_for(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    usage = Usage(1000, 200)
    cost = nothing_spent(catalogue, "gpt-4.1-nano")
    bill.add("one", 0, Completion("gpt-4.1-nano", stop="stop", usage=usage, cost=cost, from_cache=True))
    bill.route("one", 0, Routing("gpt-4.1-nano", 0.0))
    saving = bill.saving(catalogue, "gpt-4.1")
    assert saving is not None
    assert saving.routed_usd == list_usd("gpt-4.1-nano", 1000, 200)
    assert CACHED in saving.notes


@pytest.mark.parametrize("llm_usd", [Decimal(0), None])
def test_turns_without_an_answer_or_a_price_are_left_out(catalogue: Catalogue, llm_usd: Decimal | None) -> None:
    bill = Bill(RATE)
    assert bill.saving(catalogue, "gpt-4.1") is None
    bill.route("one", 0, Routing("gpt-4.1-nano", 1.0, llm_usd))
    if llm_usd is None:
        bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(10, 10)))
    saving = bill.saving(catalogue, "gpt-4.1")
    assert saving is not None
    assert (saving.usd, saving.turns, saving.left_out) == (Decimal(0), 0, 1)


def test_all_that_was_paid_for_the_routed_answer_counts(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.route("one", 0, Routing("gpt-4.1-nano", 0.0))
    bill.add("one", 0, answer(catalogue, "gpt-4.1", Usage(1000, 300)))
    bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(1000, 7, counted=True), "stopped"))
    stopped = bill.saving(catalogue, "gpt-4.1")
    assert stopped is not None
    assert (stopped.usd, stopped.turns, stopped.left_out) == (Decimal(0), 0, 1), "half an answer saves nothing"
    bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(1000, 200)))
    bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(1000, 100)))
    bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(9, 9)), beside=True)
    bill.add("one", 0, answer(catalogue, "gpt-4.1", Usage(1000, 400)))
    saving = bill.saving(catalogue, "gpt-4.1")
    assert saving is not None
    assert saving.routed_usd == sum(list_usd("gpt-4.1-nano", 1000, tokens) for tokens in (7, 200, 100))
    assert saving.baseline_usd == list_usd("gpt-4.1", 1000, 400), "the latest answer is the one that is read"
    assert (saving.turns, saving.left_out) == (1, 0)


def test_the_latest_routed_answer_is_what_the_baseline_would_have_written(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    bill.route("one", 0, Routing("gpt-4.1-nano", 0.0))
    for tokens in (200, 100):
        bill.add("one", 0, answer(catalogue, "gpt-4.1-nano", Usage(1000, tokens)))
    saving = bill.saving(catalogue, "gpt-4.1")
    assert saving is not None
    assert saving.baseline_usd == list_usd("gpt-4.1", 1000, 100)


def test_a_prompt_that_was_edited_counts_for_the_totals_only(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    for turn in (0, 1):
        bill.route("one", turn, Routing("gpt-4.1-nano", ROUTER_MS))
        bill.add("one", turn, answer(catalogue, "gpt-4.1-nano", Usage(1000, 200)))
        bill.add("one", turn, answer(catalogue, "gpt-4.1", Usage(1000, 300)))
    paid = bill.total("one")
    bill.resend("one", 1)
    assert bill.total("one") == paid
    first = bill.saving(catalogue, "gpt-4.1")
    assert first is not None
    assert (first.turns, first.left_out, first.router_usd) == (1, 0, ROUTER_USD)
    bill.route("one", 1, Routing("gpt-4.1-nano", 0.0))
    bill.add("one", 1, answer(catalogue, "gpt-4.1-nano", Usage(500, 50)))
    both = bill.saving(catalogue, "gpt-4.1")
    assert both is not None
    assert both.routed_usd - first.routed_usd == list_usd("gpt-4.1-nano", 500, 50)
    assert both.baseline_usd - first.baseline_usd == list_usd("gpt-4.1", 500, 50), "the old baseline's is gone, too"


def test_what_answers_say_is_not_kept(catalogue: Catalogue) -> None:
    bill = Bill(RATE)
    said = replace(answer(catalogue, "gpt-4.1", Usage(1, 1)), text="the sky", reasoning="the sky")
    bill.add("one", 0, said)
    assert "the sky" not in repr(vars(bill))


def test_an_unknown_baseline(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownNameError):
        Bill(RATE).saving(catalogue, "gpt-4.11")
