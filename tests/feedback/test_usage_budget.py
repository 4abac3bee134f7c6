"""The budget: what it says, when it raises thresholds, and that everything about it is logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from errors import BadInputError
from feedback.access import Access
from feedback.usage_budget import Budget, budget_of, period_of
from feedback.usage_budget_store import BudgetStore
from feedback.usage_guard import BudgetGuard
from feedback.usage_store import UsageStore
from settings import Settings
from tests.feedback.usage_samples import DAY, cheap, event, later

DAILY = Budget(usd=Decimal("0.05"))


@pytest.fixture
def access(database: Settings) -> Iterator[Access]:
    access = Access(database)
    yield access
    access.close()


def happened(store: BudgetStore) -> list[str]:
    return [line.happened for line in reversed(store.lines())]


def test_periods_are_days_and_months_in_utc() -> None:
    moment = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    assert period_of("day", moment) == (date(2025, 12, 31), datetime(2026, 1, 1, tzinfo=UTC))
    assert period_of("month", moment) == (date(2025, 12, 1), datetime(2026, 1, 1, tzinfo=UTC))
    assert period_of("month", datetime(2024, 2, 29, tzinfo=UTC))[1] == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"usd": Decimal(0)},
        {"usd": Decimal(-1)},
        {"usd": Decimal("NaN")},
        {"usd": Decimal("1e9")},
        {"period": "week"},
        {"alert_share": 0.0},
        {"alert_share": 1.5},
        {"threshold": 0.4},
        {"threshold": 1.1},
    ],
)
def test_a_budget_that_means_nothing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInputError):
        Budget(**({"usd": Decimal(1)} | changes))


def test_the_environment_may_set_it(on_sqlite: Settings) -> None:
    assert budget_of(on_sqlite) is None
    settings = Settings(budget_usd=Decimal(5), budget_period="month", budget_threshold=0.9)
    assert budget_of(settings) == Budget(usd=Decimal(5), period="month", threshold=0.9)


def test_it_runs_out_is_used_up_and_begins_anew(access: Access) -> None:
    usage, store = UsageStore(access), BudgetStore(access, DAILY)
    assert not store.state(DAY).running_out
    usage.add([event() for _ in range(3)])
    assert not store.state(DAY).running_out
    usage.add([event()])
    state = store.state(DAY)
    assert state.running_out
    assert state.raises(DAY) is None
    usage.add([event()])
    state = store.state(DAY)
    assert (state.spent_usd, state.used_up) == (Decimal("0.05"), True)
    assert state.raises(DAY) == DAILY
    assert state.raises(state.end) is None, "the period is over, though nobody has read it again"
    tomorrow = store.state(later(1))
    assert (tomorrow.spent_usd, tomorrow.raises(later(1))) == (Decimal(0), None)
    store.state(DAY)
    assert happened(store) == ["alert", "raised"], "each is logged once"


def test_what_callers_keys_paid_and_what_nobody_asked_does_not_count(access: Access) -> None:
    UsageStore(access).add(
        [event(own_key=True), event(answered=False, cost_usd=None), cheap(), event(at=later(-1)), event(at=later(1))]
    )
    assert BudgetStore(access, DAILY).state(DAY).spent_usd == Decimal("0.001")


def test_one_click_switches_back_and_another_on_again(access: Access) -> None:
    usage, store = UsageStore(access), BudgetStore(access, DAILY)
    usage.add([event() for _ in range(6)])
    assert store.state(DAY).raises(DAY) is not None
    assert store.switch("ann", back=True, at=DAY).raises(DAY) is None
    store.switch("ann", back=True, at=DAY)
    assert store.state(DAY).raises(DAY) is None
    assert store.switch("bob", back=False, at=DAY).raises(DAY) is not None
    store.switch("bob", back=True, at=DAY)
    usage.add([event(at=later(1)) for _ in range(6)])
    assert store.state(later(1)).raises(later(1)) is not None, "it was switched back for that day only"
    lines = store.lines()
    assert happened(store) == [
        "alert",
        "raised",
        "switched back",
        "switched on",
        "switched back",
        "alert",
        "raised",
    ]
    assert [line.author for line in reversed(lines)] == ["", "", "ann", "bob", "bob", "", ""]
    assert {line.spent_usd for line in lines} == {Decimal("0.06")}


def test_a_new_budget_takes_the_place_of_the_last(access: Access) -> None:
    usage, store = UsageStore(access), BudgetStore(access, DAILY)
    usage.add([event() for _ in range(6)])
    store.switch("ann", back=True, at=DAY)
    more = Budget(usd=Decimal("0.10"), period="month", threshold=0.95)
    state = store.put(more, "ann", DAY)
    assert (state.budget, state.used_up, state.switched_back) == (more, False, False)
    assert (state.start, state.end) == (DAY.date().replace(day=1), datetime(2025, 6, 1, tzinfo=UTC))
    less = Budget(usd=Decimal("0.02"))
    assert store.put(less, "ann", DAY).raises(DAY) == less, "switching back was about another budget"
    assert store.put(None, "ann", DAY).budget is None
    assert BudgetStore(access, DAILY).state(DAY).budget is None, "removed, whatever the environment says"
    with pytest.raises(BadInputError, match="no budget"):
        store.switch("ann", back=True, at=DAY)
    assert happened(store)[-4:] == ["set", "alert", "raised", "removed"]


def test_two_processes_log_one_line(access: Access) -> None:
    UsageStore(access).add([event() for _ in range(6)])
    stores = [BudgetStore(access, DAILY) for _ in range(2)]
    for store in stores:
        store.state(DAY)
    assert happened(stores[0]) == ["alert", "raised"]


def test_the_guard_knows_without_asking_the_database() -> None:
    from feedback.usage_budget import BudgetState

    start, end = period_of("day", datetime.now(UTC))
    states = [BudgetState(DAILY, start, end), BudgetState(DAILY, start, end, Decimal("0.05"))]
    woken: list[bool] = []
    read = iter(states)
    guard = BudgetGuard(lambda: next(read), lambda: woken.append(True))
    assert guard.raising() is None, "nothing is known yet"
    assert guard.raising() is None
    assert woken == [True], "asked for once"
    guard.refresh()
    assert guard.raising() is None
    guard.refresh()
    assert guard.raising() == DAILY
    over = BudgetState(DAILY, start, datetime.now(UTC) - timedelta(seconds=1), Decimal(9))
    ended = BudgetGuard(lambda: over, lambda: None)
    ended.refresh()
    assert ended.raising() is None
