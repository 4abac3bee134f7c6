from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.dialects import sqlite

from errors import UnavailableError
from feedback.columns import Usd, Utc, storable
from feedback.records import CompletionRecord, DecisionRecord, new_id, weights_version
from llms.completion import Completion, Usage
from llms.cost import CostEstimate
from llms.prices import Price
from router_models import RouterPanel


def test_a_decision_is_kept_with_the_weights_that_made_it(panel: RouterPanel) -> None:
    decision = panel.decisions(panel.run("What is 2 + 2?", only=["encoder-quality"], novelty=False))[0]
    card = panel["encoder-quality"].card
    record = DecisionRecord.of(decision, card)
    for name in ("router", "route", "llm", "p_strong", "threshold", "confidence", "distribution", "latency_ms"):
        assert getattr(record, name) == getattr(decision, name)
    assert record.estimated_cost_usd == decision.estimated_cost_usd
    assert record.version == weights_version(card)


def test_other_weights_have_another_version(panel: RouterPanel) -> None:
    card = panel["encoder-quality"].card
    assert weights_version(card) == weights_version(card.model_copy())
    assert weights_version(card) != weights_version(card.model_copy(update={"temperature": 1.25}))
    assert weights_version(card) != weights_version(panel["knn"].card)


def test_an_answer_is_kept_with_its_numbers() -> None:
    price = Price(Decimal(1), Decimal(2), date(2026, 11, 1), "a price list")
    completion = Completion(
        llm="cheap",
        answered_by="cheap-2026",
        text="Yes.",
        stop="length",
        usage=Usage(10, 20, 5, counted=True),
        cost=CostEstimate(Decimal("0.00005"), price=price),
        first_token_ms=80.0,
        total_ms=300.0,
        attempts=2,
        from_cache=True,
    )
    record = CompletionRecord.of(completion, position=1)
    assert (record.position, record.llm, record.answered_by, record.text) == (1, "cheap", "cheap-2026", "Yes.")
    assert (record.input_tokens, record.output_tokens, record.reasoning_tokens) == (10, 20, 5)
    assert (record.tokens_counted, record.cost_usd, record.price_as_of) == (True, Decimal("0.00005"), date(2026, 11, 1))
    assert (record.stop, record.first_token_ms, record.total_ms) == ("length", 80.0, 300.0)
    assert (record.attempts, record.from_cache, record.failure) == (2, True, "")


def test_of_a_failure_the_kind_is_kept_not_the_message() -> None:
    failure = UnavailableError("The key sk-123 is wrong.", "Type another.")
    record = CompletionRecord.of(Completion(llm="cheap", stop="failed", failure=failure), position=0)
    assert (record.stop, record.failure) == ("failed", "UnavailableError")
    assert (record.input_tokens, record.cost_usd, record.price_as_of) == (None, None, None)
    assert "sk-123" not in repr(record)


def test_texts_do_not_fill_logs() -> None:
    assert "secret" not in repr(CompletionRecord(position=0, llm="cheap", text="secret"))


def test_ids_are_long_and_differ() -> None:
    assert len({new_id() for _ in range(1_000)}) == 1_000
    assert len(new_id()) == 32


def test_money_is_exact_and_moments_need_a_time_zone() -> None:
    dialect = sqlite.dialect()
    for usd in (Decimal("0.000000000001"), Decimal("123456.789"), Decimal(0)):
        assert Usd().process_result_value(Usd().process_bind_param(usd, dialect), dialect) == usd
    with pytest.raises(ValueError, match="without time zone"):
        Utc().process_bind_param(datetime(2026, 1, 1), dialect)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert Utc().process_result_value(Utc().process_bind_param(moment, dialect), dialect) == moment


def test_texts_are_made_fit_for_every_database() -> None:
    assert storable("a\0b\ud800") == "a\ufffdb\ufffd"
    assert storable("abcdef", 3) == "abc"
