"""Judges and providers that misbehave: one prompt is left out, or the run pauses; nothing is ever made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.judge_records import NONSENSE
from feedback.store import FeedbackStore
from llms.keys import Keys
from tests.feedback.judging import (
    JUDGE,
    REFERENCE,
    WEAK,
    Court,
    JudgingProvider,
    own,
    plan,
    prompts,
    rated,
)


@pytest.fixture
def court(provider: JudgingProvider, tmp_path: Path) -> Court:
    return Court(provider, tmp_path, first_token_timeout_s=0.5, stall_timeout_s=0.5)


def test_nonsense_is_repaired_once(court: Court, provider: JudgingProvider) -> None:
    provider.says = lambda model, told: "I would say four out of five."
    repaired: list[str] = []

    class Repairing:
        def __call__(self, model: str, told: str) -> str:
            last = provider.requests[-1].body["messages"]
            if last[-1]["content"].startswith("That was not in the form"):
                repaired.append(last[-2]["content"])
                return rated(4)
            return "I would say four out of five."

    provider.says = Repairing()
    run, progress = court.tries(1, concurrency=1)
    assert progress.done == 1
    assert repaired == ["I would say four out of five."] * 2
    assert provider.count(JUDGE) == 4
    assert court.store.spent(run.record.id).requests == 6, "the senseless ones were paid too"


def test_a_judge_that_stays_senseless_leaves_the_prompt_out(court: Court, provider: JudgingProvider) -> None:
    provider.says = lambda model, told: "Rating: 4"
    run, progress = court.tries(2)
    assert (progress.state, progress.done, progress.failed) == ("finished", 0, 2)
    for judged in court.judge.results(run.record.id)[1]:
        assert (judged.rating, judged.tier(3), judged.opinions) == (None, None, ())
    paid = len(provider.requests)
    assert paid == 2 * (2 + 2 * 2)
    assert court.tries_again(run, 2).failed == 2
    assert len(provider.requests) == paid, "what was senseless twice is not asked, nor paid, again"
    provider.says = lambda model, told: rated(2)
    assert court.tries_again(run, 2, retry_failed=True).done == 2
    assert [one.rating for one in court.judge.results(run.record.id)[1]] == [2, 2]


def test_a_repair_that_a_crash_cut_off_is_all_that_is_asked_for(court: Court, provider: JudgingProvider) -> None:
    """As if the process had been killed between the senseless answer and its repair."""
    provider.says = lambda model, told: "no idea"
    run, _ = court.tries(1, concurrency=1)
    with court.feedback.access.writing("The test could not write") as connection:
        from sqlalchemy import delete

        from feedback.judge_tables import RatingRow

        connection.execute(delete(RatingRow).where(RatingRow.attempt == 1))
    before = len(provider.requests)
    provider.says = lambda model, told: rated(3)
    assert court.tries_again(run, 1, concurrency=1).done == 1
    assert len(provider.requests) - before == 2
    assert all(len(one.body["messages"]) == 4 for one in provider.requests[before:]), "they are repairs"


def test_a_wrong_key_pauses_the_run_with_the_reason(court: Court, provider: JudgingProvider) -> None:
    keys, (judge,) = own(provider, "status=401")
    run, progress = court.tries(5, keys, judges=(judge,), concurrency=1)
    assert progress.state == "paused"
    assert "refused the key." in progress.reason
    assert provider.count("status=401") == 1
    assert court.store.runs()[0][1].state == "paused"  # type: ignore[union-attr]
    assert court.store.spent(run.record.id).requests == 2, "the answers are kept for later"


def test_retry_after_is_waited_for_and_the_run_goes_on(court: Court, provider: JudgingProvider) -> None:
    keys, (weak,) = own(provider, "status=429,retry_after=0.2,fail_times=1")
    _, progress = court.tries(1, keys, weak=weak)
    assert (progress.state, progress.done) == ("finished", 1)
    first, second = (one.at for one in provider.requests if "429" in one.body["model"])
    assert second - first >= 0.2


def test_a_rate_limit_for_longer_pauses_the_run(court: Court, provider: JudgingProvider) -> None:
    keys, (weak,) = own(provider, "status=429,retry_after=3600")
    _, progress = court.tries(3, keys, weak=weak, concurrency=1)
    assert progress.state == "paused"
    assert "Try again in 3,600 s." in progress.reason
    assert len(provider.requests) == 1


def test_an_llm_that_stalls_is_left_alone_after_three_prompts(court: Court, provider: JudgingProvider) -> None:
    keys, (weak,) = own(provider, "stall_after=2")
    run, progress = court.tries(9, keys, weak=weak, concurrency=1)
    assert progress.state == "paused"
    assert "fell silent" in progress.reason
    assert len(provider.requests) == 3
    spent = court.store.spent(run.record.id)
    assert spent.requests == 3, "what had come was paid, and counts"
    assert spent.usd > 0


def test_one_bad_answer_leaves_out_one_prompt(court: Court, provider: JudgingProvider) -> None:
    keys, (weak,) = own(provider, "words=3,reset_after=1,fail_times=1")
    _, progress = court.tries(3, keys, weak=weak, concurrency=1)
    assert (progress.state, progress.done, progress.failed) == ("finished", 2, 1)


def test_an_empty_or_filtered_answer_is_nothing_to_judge(court: Court, provider: JudgingProvider) -> None:
    keys, (empty, filtered) = own(provider, "words=0", "words=2,finish=content_filter")
    run, progress = court.tries(1, keys, weak=empty)
    assert (progress.done, progress.failed) == (0, 1)
    _, other = court.tries(1, keys, weak=filtered)
    assert (other.done, other.failed) == (0, 1)
    paid = len(provider.requests)
    assert court.tries_again(run, 1, keys, weak=empty).failed == 1
    assert len(provider.requests) == paid, "it would come back empty again"


def test_a_provider_that_takes_no_schema_is_asked_without(court: Court, provider: JudgingProvider) -> None:
    keys, (judge,) = own(provider, "status=400,message=response_format is not supported,fail_times=1")
    _, progress = court.tries(1, keys, judges=(judge,), concurrency=1)
    asked = [one.body for one in provider.requests if "=" in one.body["model"]]
    assert "response_format" in asked[0]
    assert "response_format" not in asked[1]
    assert progress.failed == 1, "this stand-in says nothing that is a rating"


def test_an_own_endpoint_without_a_price_is_counted_not_guessed(court: Court, provider: JudgingProvider) -> None:
    from llms.endpoint import Endpoint

    endpoint = Endpoint(provider.base_url, "my-judge")
    run, progress = court.tries(1, Keys().with_endpoint(endpoint), judges=(endpoint.llm_id,))
    assert progress.done == 1
    assert court.store.spent(run.record.id).unpriced == 2


def test_a_store_that_fails_pauses_the_run(
    court: Court, provider: JudgingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback import judge_asking
    from feedback.faults import StoreError

    def full(_: object) -> bool:
        raise StoreError("A rating could not be saved: the disk is full.", "Free some space.")

    monkeypatch.setattr(judge_asking, "SAVE_PAUSE_S", 0.0)
    monkeypatch.setattr(court.store, "save_rating", full)
    run, progress = court.tries(5, concurrency=1)
    assert progress.state == "paused"
    assert "the disk is full" in progress.reason
    assert provider.count(JUDGE) == 1, "what cannot be kept is not asked for"
    monkeypatch.undo()
    assert court.tries_again(run, 5).done == 5


def test_a_run_that_cannot_even_begin_says_so_and_is_not_at_work(
    court: Court, provider: JudgingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback.faults import StoreError

    def gone(_: object) -> None:
        raise StoreError("The database is gone.", "Bring it back.")

    run = court.judge.begin(plan(), prompts(1), Keys(), "somebody")
    assert court.judge.running(run.record.id), "it is taken from the moment it is made"
    monkeypatch.setattr(court.store, "save_state", gone)
    with pytest.raises(StoreError):
        court.runs(run)
    assert run.board.now.reason == "The database is gone. Bring it back."
    assert not court.judge.running(run.record.id)
    assert provider.requests == []
    monkeypatch.undo()
    assert court.tries_again(run, 1).done == 1


def test_nonsense_is_kept_as_it_was_said(court: Court, provider: JudgingProvider) -> None:
    provider.says = lambda model, told: "<script>alert(1)</script>"
    run, _ = court.tries(1, concurrency=1)
    from sqlalchemy import select

    from feedback.judge_tables import RatingRow

    store = FeedbackStore(court.settings)
    with store.access.reading("The test could not read") as connection:
        rows = connection.execute(select(RatingRow.rating, RatingRow.failure, RatingRow.rationale)).all()
    assert {tuple(row) for row in rows} == {(None, NONSENSE, "<script>alert(1)</script>")}
    assert {REFERENCE, WEAK} == {run.record.plan.reference, run.record.plan.weak}
