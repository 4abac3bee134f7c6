"""Runs of judges that meet: nothing is paid twice, no budget is exceeded, and one run is worked on once."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal

import pytest

from errors import BadInputError
from llms.keys import Keys
from tests.feedback.judging import (
    JUDGE,
    REFERENCE,
    WEAK,
    Court,
    JudgingProvider,
    plan,
    prompts,
)


def test_nothing_is_paid_twice_by_the_same_run_or_another(court: Court, provider: JudgingProvider) -> None:
    run, _ = court.tries(3)
    assert len(provider.requests) == 12
    again = court.tries_again(run)
    assert (again.done, again.requests, len(provider.requests)) == (3, 0, 12)
    _, other = court.tries(4)
    assert (other.done, other.requests, len(provider.requests)) == (4, 4, 16)


def test_another_rubric_pays_for_ratings_only(court: Court, provider: JudgingProvider) -> None:
    first, _ = court.tries(2)
    second, _ = court.tries(2, rubric="1 is best.")
    assert Counter(one.body["model"] for one in provider.requests) == {WEAK: 2, REFERENCE: 2, JUDGE: 8}
    kept = {court.store.run(one.record.id)[0].plan.rubric for one in (first, second)}
    assert kept == {"5 is best, 1 is worst.", "1 is best."}


def test_equal_prompts_of_one_run_are_asked_once(court: Court, provider: JudgingProvider) -> None:
    run = court.judge.begin(plan(), prompts(1) * 4, Keys(), "somebody")
    assert court.runs(run).done == 4
    assert len(provider.requests) == 4


def test_two_users_at_once_pay_once(court: Court, provider: JudgingProvider) -> None:
    provider.behave(first_ms=20)

    async def both() -> list[int]:
        runs = [court.judge.begin(plan(), prompts(6), Keys(), author) for author in ("one", "two")]
        try:
            return [progress.done for progress in await asyncio.gather(*(run.work() for run in runs))]
        finally:
            await court.completions.aclose()

    assert asyncio.run(both()) == [6, 6]
    assert len(provider.requests) == 6 * 4
    spent = [court.store.spent(run.id).usd for run, _ in court.store.runs()]
    assert sum(spent) == court.tries(6)[0].board.now.spent_usd + sum(spent)


def test_requests_at_a_time_are_bounded(court: Court, provider: JudgingProvider) -> None:
    provider.hold_from = 1
    run = court.judge.begin(plan(concurrency=3), prompts(9), Keys(), "somebody")

    async def watch() -> int:
        working = asyncio.create_task(run.work())
        await asyncio.to_thread(provider.wait_for_requests, 3)
        await asyncio.sleep(0.2)  # for a fourth that must not come
        at_once = len(provider.requests)
        provider.release()
        await working
        await court.completions.aclose()
        return at_once

    assert asyncio.run(watch()) == 3
    assert run.board.now.done == 9


def test_a_stopped_run_keeps_what_was_on_its_way_and_goes_on_where_it_was(
    court: Court, provider: JudgingProvider
) -> None:
    provider.hold_from = 10
    run = court.judge.begin(plan(concurrency=2), prompts(10), Keys(), "somebody")

    async def stop() -> None:
        working = asyncio.create_task(run.work())
        await asyncio.to_thread(provider.wait_for_requests, 11)
        run.stop()
        assert run.board.now.stopping
        provider.release()
        progress = await working
        assert (progress.state, progress.reason) == ("stopped", "You stopped it.")
        assert progress.done < 10
        await court.completions.aclose()

    asyncio.run(stop())
    assert len(provider.requests) == 11, "nothing was sent after the stop"
    assert court.store.spent(run.record.id).requests == 11, "what was on its way is kept"
    assert court.tries_again(run, 10).done == 10
    assert len(provider.requests) == 40
    assert max(Counter(provider.answered).values()) == 1


def test_the_budget_is_never_exceeded_and_a_larger_one_goes_on(court: Court, provider: JudgingProvider) -> None:
    run, progress = court.tries(10, budget_usd=Decimal("0.03"))
    assert progress.state == "budget"
    assert "The next request could cost up to $" in progress.reason
    assert Decimal("0.01") < court.store.spent(run.record.id).usd <= Decimal("0.03")
    paid = len(provider.requests)
    assert court.tries_again(run, 10, budget_usd=Decimal("0.03")).state == "budget", "spent money stays spent"
    assert len(provider.requests) == paid
    assert court.tries_again(run, 10, budget_usd=Decimal(1)).done == 10
    assert len(provider.requests) == 40


def test_a_run_without_money_sends_nothing(court: Court, provider: JudgingProvider) -> None:
    assert court.tries(2, budget_usd=Decimal(0))[1].state == "budget"
    assert provider.requests == []


def test_a_run_at_work_cannot_be_started_again(court: Court, provider: JudgingProvider) -> None:
    provider.hold_from = 1
    run = court.judge.begin(plan(), prompts(1), Keys(), "somebody")

    async def twice() -> None:
        working = asyncio.create_task(run.work())
        await asyncio.to_thread(provider.wait_for_requests, 1)
        with pytest.raises(BadInputError, match="at work already"):
            court.judge.resume(run.record.id, None, prompts(1), Keys())
        provider.release()
        await working
        await court.completions.aclose()

    asyncio.run(twice())


def test_of_two_tabs_one_takes_a_run(court: Court) -> None:
    run = court.judge.begin(plan(), prompts(1), Keys(), "somebody")
    with pytest.raises(BadInputError, match="at work already"):
        court.judge.resume(run.record.id, None, prompts(1), Keys())
    run.stop()  # its tab has gone before it was worked
    again = court.judge.resume(run.record.id, None, prompts(1), Keys())
    assert court.judge.running(run.record.id)
    assert court.runs(again).state == "finished"
    assert not court.judge.running(run.record.id)


def test_two_tabs_at_the_same_moment_do_not_both_get_a_run(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = court.tries(1)
    both = threading.Barrier(2)
    looked = court.judge.running

    def running(run_id: str) -> bool:
        found = looked(run_id)
        with suppress(threading.BrokenBarrierError):  # a lock keeps the second one out
            both.wait(0.3)
        return found

    monkeypatch.setattr(court.judge, "running", running)

    def resume() -> bool:
        try:
            court.judge.resume(run.record.id, None, prompts(1), Keys())
        except BadInputError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        got = [pool.submit(resume) for _ in range(2)]
        assert sorted(one.result() for one in got) == [False, True]
