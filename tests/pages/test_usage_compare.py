"""What the Compare page leaves behind for the Usage page: what its bill says, and who was routed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from feedback.records import now
from feedback.usage import Usage
from feedback.usage_budget import Budget
from feedback.usage_event import COMPARE_PAGE
from feedback.usage_sums import Sums, UsageFilter
from pages._compare_callbacks import CompareCallbacks
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import PAIR, Desk, whole

PROMPT = "Name the four seasons."
ROUTED = {"c0": "routed", "c1": "strongest", "columns": "2", "router": "always-weak", "pool": "nano / 4.1 / o4-mini"}
LLMS = ("gemini-2.5-flash", "claude-haiku-4.5", "mistral-small-4", "llama-3.1-8b")
PATIENCE_S = 60.0


class CountedDesk(Desk):
    """A tab whose app records."""

    def __init__(self, panel: RouterPanel, server: Misbehaving, folder: Path) -> None:
        super().__init__(panel, server, folder)
        self.usage = Usage(panel, self.settings, self.open_store)
        self.callbacks = CompareCallbacks(panel, self.settings, self.completions, self.open_store, self.usage)

    def total(self, *, answered: bool = True) -> Sums:
        assert self.usage.recorder.flush(PATIENCE_S)
        today = now().date()
        chosen = UsageFilter(first=today - timedelta(days=1), last=today, place=COMPARE_PAGE)
        return self.usage.report.total(chosen, answered=answered)


@pytest.fixture
def counted(panel: RouterPanel, server: Misbehaving, tmp_path: Path) -> Iterator[CountedDesk]:
    desk = CountedDesk(panel, server, tmp_path)
    desk.opens()
    yield desk
    desk.usage.close(PATIENCE_S)


def test_events_sum_up_to_the_bill_of_the_page(counted: CountedDesk, server: Misbehaving) -> None:
    server.behave(words=6, hidden=4)
    counted.asks(PROMPT, values=ROUTED)
    counted.asks("And in Finnish?", values=ROUTED)
    counted.retries(1)
    total = counted.total()
    assert total.usd == counted.session.bill.total().usd > 0
    assert total.events == 5
    assert total.decisions == 1, "a follow-up that stays with its LLM is no decision, and no fixed column is one"
    assert (total.escalated, total.own_key_usd) == (0, Decimal(0))
    assert total.saving_events == 1


def test_what_the_visitors_own_key_paid_is_told_apart(counted: CountedDesk) -> None:
    counted.does("keyed", provider="openai", key="sk-their-own")
    counted.asks(PROMPT, values=PAIR)
    total = counted.total()
    assert total.events == 2
    assert total.usd == total.own_key_usd == counted.session.bill.total().usd > 0
    assert counted.usage.budget.state().spent_usd == 0, "it is not our money"


def test_a_decision_whose_llm_cannot_be_asked_still_counts(counted: CountedDesk) -> None:
    keys = counted.session.keys
    keyless = next(name for name in LLMS if counted.completions.why_not(name, keys) is not None)
    asked = {**ROUTED, "router": "always-strong", "c1": "cheapest", "llm.strong": keyless}
    counted.asks(PROMPT, values=asked)
    decided, answered = counted.total(answered=False), counted.total()
    assert (decided.decisions, decided.escalated) == (1, 1)
    assert decided.usd > 0, "the estimate"
    assert (answered.events, answered.decisions) == (1, 0)


def test_a_used_up_budget_is_told_and_raises_the_threshold(counted: CountedDesk) -> None:
    asked = {**ROUTED, "router": "keras-cnn", "t.keras-cnn": "0.0"}
    counted.asks(PROMPT, values=asked)
    assert counted.session.columns[0].answers[0].llm == "gpt-4.1"
    counted.total()
    counted.usage.budget.put(Budget(usd=Decimal("0.0000001"), threshold=1.0), "ann")
    counted.usage.guard.refresh()
    counted.does("restarted")
    page = whole(counted.asks(PROMPT, values=asked))
    assert counted.session.columns[0].answers[0].llm == "gpt-4.1-nano"
    assert "Budget of today used up" in page["bench"]
    assert "raised from 0.00 to 1.00" in page["head0"]
    assert "it would have picked strong (gpt-4.1)" in page["head0"]
