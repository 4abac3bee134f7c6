"""What is kept, on both databases."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import select

from errors import BadInputError, PlaygroundError, UnknownNameError
from feedback.records import Choice, CompletionRecord
from feedback.store import FeedbackStore
from feedback.tables import Base, CompletionRow, DecisionRow, Request, TextRow
from settings import Settings
from tests.feedback.samples import LEFT, PROMPT, RIGHT, comparison, vote


def rows(store: FeedbackStore, table: type[Base]) -> list[dict[str, object]]:
    with store.access.reading("The test could not read") as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_a_comparison_is_kept_with_its_decisions_and_answers(store: FeedbackStore) -> None:
    compared = comparison(temperature=0.7, attachment="image", turn=2)
    store.save_comparison(compared)
    (request,) = rows(store, Request)
    assert (request["comparison_id"], request["turn"], request["author"]) == (compared.id, 2, "session-1")
    assert (request["temperature"], request["attachment"], request["blind"]) == (0.7, "image", True)
    assert request["pool"] == {"weak": "cheap", "strong": "dear"}
    assert request["created_at"] == compared.created_at
    assert request["prompt_characters"] == len(PROMPT)
    (decision,) = rows(store, DecisionRow)
    assert (decision["router"], decision["version"], decision["llm"]) == ("knn", "1-abc", "dear")
    assert decision["distribution"] == {"weak": 0.25, "strong": 0.75}
    assert decision["estimated_cost_usd"] == Decimal("0.0001")
    cheap = next(row for row in rows(store, CompletionRow) if row["llm"] == "cheap")
    assert (cheap["answered_by"], cheap["input_tokens"], cheap["output_tokens"]) == ("cheap-2026", 9, 6)
    assert (cheap["tokens_counted"], cheap["reasoning_tokens"], cheap["first_token_ms"]) == (False, None, 120.5)
    assert cheap["cost_usd"] == Decimal("0.0000000375"), "money is kept to the last digit"


def test_texts_are_kept_with_consent_only(store: FeedbackStore) -> None:
    store.save_comparison(comparison())
    assert rows(store, TextRow) == []
    without = rows(store, Request)[0]
    store.save_comparison(comparison(consent=True))
    assert {row["text"] for row in rows(store, TextRow)} == {PROMPT, LEFT, RIGHT}
    assert len({row["prompt_sha256"] for row in rows(store, Request)}) == 1, "the same prompt has the same hash"
    assert without["prompt_sha256"] in {row["sha256"] for row in rows(store, TextRow)}


def test_every_author_keeps_a_text_of_their_own(store: FeedbackStore) -> None:
    store.save_comparison(comparison(consent=True))
    store.save_comparison(comparison(consent=True, author="session-2"))
    store.save_comparison(comparison(consent=True, author="session-2"))
    authors = sorted(row["author"] for row in rows(store, TextRow) if row["text"] == PROMPT)  # type: ignore[type-var]
    assert authors == ["session-1", "session-2"]


def test_saving_twice_keeps_it_once_and_adds_what_is_new(store: FeedbackStore) -> None:
    compared = comparison()
    store.save_comparison(dataclasses.replace(compared, completions=compared.completions[:1]))
    store.save_comparison(compared)
    store.save_comparison(compared)
    retried = CompletionRecord(position=1, llm="dear", text="Once more.")
    store.save_comparison(dataclasses.replace(compared, completions=(*compared.completions, retried)))
    assert (store.counts().turns, store.counts().completions) == (1, 3)
    assert len(rows(store, DecisionRow)) == 1


def test_an_id_stays_with_its_prompt_and_author(store: FeedbackStore) -> None:
    compared = comparison()
    store.save_comparison(compared)
    for changes in ({"prompt": "Another prompt"}, {"author": "session-2"}):
        with pytest.raises(BadInputError, match="Another prompt is kept"):
            store.save_comparison(dataclasses.replace(compared, **changes))  # type: ignore[arg-type]
    assert store.counts().completions == 2


@pytest.mark.parametrize("choice", ["left", "right", "tie", "both bad"])
def test_a_vote_is_kept_with_what_the_sides_were(store: FeedbackStore, choice: Choice) -> None:
    compared = comparison()
    store.save_comparison(compared)
    cast = vote(compared, choice)
    assert store.save_vote(cast)
    (kept,) = store.votes()
    assert kept.vote == cast
    assert (kept.left_llm, kept.right_llm) == ("cheap", "dear")
    assert (kept.left_cost_usd, kept.right_cost_usd) == (Decimal("0.0000000375"), Decimal("0.000123"))
    assert store.counts().votes == {"left": 0, "right": 0, "tie": 0, "both bad": 0} | {choice: 1}


def test_a_second_vote_on_the_same_turn_changes_nothing(store: FeedbackStore) -> None:
    first, second = comparison(), None
    store.save_comparison(first)
    second = comparison(id=first.id, turn=1)
    store.save_comparison(second)
    assert store.save_vote(vote(first, "left"))
    assert not store.save_vote(vote(first, "left"))
    assert not store.save_vote(vote(first, "right", author="somebody else"))
    assert store.save_vote(vote(second, "right")), "the next turn has a vote of its own"
    assert {kept.vote.choice for kept in store.votes()} == {"left", "right"}


def test_double_clicks_of_twenty_people_at_once_count_once_each(store: FeedbackStore) -> None:
    compared = [comparison(author=f"session-{number}") for number in range(20)]
    new: list[bool] = []
    errors: list[PlaygroundError] = []
    together = threading.Barrier(40)

    def cast(number: int) -> None:
        try:
            together.wait()
            store.save_comparison(compared[number])
            new.append(store.save_vote(vote(compared[number])))
        except PlaygroundError as error:
            errors.append(error)

    threads = [threading.Thread(target=cast, args=(number,)) for number in [*range(20), *range(20)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(new) == [False] * 20 + [True] * 20
    assert store.counts().votes["left"] == 20


def test_a_vote_needs_two_answers_that_were_kept(store: FeedbackStore) -> None:
    compared, other = comparison(), comparison()
    with pytest.raises(UnknownNameError, match="not in the store"):
        store.save_vote(vote(compared))
    store.save_comparison(compared)
    store.save_comparison(other)
    with pytest.raises(UnknownNameError, match="not in the store"):
        store.save_vote(vote(compared, right=other.completions[1].id))
    with pytest.raises(BadInputError, match="not a vote on two answers"):
        store.save_vote(vote(compared, right=compared.completions[0].id))
    with pytest.raises(BadInputError, match="left, right, tie, both bad"):
        store.save_vote(vote(compared, "best"))  # type: ignore[arg-type]
    assert store.counts().votes == {"left": 0, "right": 0, "tie": 0, "both bad": 0}


def test_votes_come_newest_first_and_can_be_bounded(store: FeedbackStore) -> None:
    start = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    for hours in range(5):
        compared = comparison(turn=hours)
        store.save_comparison(compared)
        store.save_vote(vote(compared, created_at=start + timedelta(hours=hours)))
    moments = [kept.vote.created_at for kept in store.votes()]
    assert moments == sorted(moments, reverse=True)
    assert moments[-1] == datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert all(moment.utcoffset() == timedelta(0) for moment in moments)
    assert len(store.votes(since=start + timedelta(hours=3))) == 2
    assert [kept.vote.turn for kept in store.votes(limit=2)] == [4, 3]


@pytest.mark.parametrize(
    "text",
    ["NUL \0 inside", "lone \ud800 surrogate", "‮right to left", "😀" * 1_000, "'; DROP TABLE votes; --", "x" * 200_000],
    ids=["NUL", "surrogate", "bidi", "emoji", "SQL", "long"],
)
def test_any_text_can_be_kept(store: FeedbackStore, text: str) -> None:
    answers = (CompletionRecord(position=0, llm=text, answered_by=text, text=text, failure=text),)
    store.save_comparison(comparison(prompt=text, consent=True, author=text, router=text, completions=answers))
    (kept,) = rows(store, TextRow)
    assert str(kept["text"]) == text.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert store.counts().turns == 1


@pytest.mark.parametrize("identity", ["", "x" * 65, "a\0b"])
def test_ids_that_no_page_makes_are_refused(store: FeedbackStore, identity: str) -> None:
    with pytest.raises(BadInputError, match="is not valid"):
        store.save_comparison(comparison(id=identity))


def test_what_was_kept_is_there_after_a_restart(database: Settings) -> None:
    compared = comparison()
    first = FeedbackStore.open(database)
    first.save_comparison(compared)
    first.save_vote(vote(compared))
    first.close()
    second = FeedbackStore.open(database)
    assert not second.save_vote(vote(compared))
    assert second.counts().votes["left"] == 1
    second.close()
