"""One answer or one rating: from the store where it is known, else asked for, kept at once, and repaired if need be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from feedback.faults import StoreError
from feedback.judge_calls import Caller
from feedback.judge_claims import Claims
from feedback.judge_failures import LASTING, answer_failure
from feedback.judge_messages import Pair, judge_turns, question, repair_turns
from feedback.judge_plan import GIVEN, Order
from feedback.judge_reading import read_rating
from feedback.judge_records import (
    NONSENSE,
    JudgedAnswer,
    JudgeRating,
    Paid,
    RunRecord,
    answer_key,
    given_key,
    rating_key,
)
from feedback.judge_rubric import rubric_sha256
from feedback.judge_store import JudgeStore
from feedback.rows import sha256
from llms.completion import Completion

SAVE_ATTEMPTS = 3
SAVE_PAUSE_S = 1.0
T = TypeVar("T")


class Asking:
    """Gets what a run needs.

    Args:
        record: The run.
        caller: Asks LLMs.
        store: Where everything is kept.
        claims: The process's.
    """

    def __init__(self, record: RunRecord, caller: Caller, store: JudgeStore, claims: Claims) -> None:
        self._run, self._plan, self._who = record.id, record.plan, record.who
        self._caller = caller
        self._store = store
        self._claims = claims
        self._rubric_sha256 = rubric_sha256(record.plan.rubric)

    async def answer(self, prompt: str, llm: str, given: str | None) -> str | None:
        """An LLM's answer to a prompt; None where it gives none that could be judged.

        Args:
            prompt: The prompt.
            llm: Its id, or `GIVEN`.
            given: The answer that came with the prompt, if any.

        Raises:
            BudgetReachedError, HaltedError, PausedError: See `Caller`; nothing more is sent.
            StoreError: The answer came, and could not be kept.
        """
        if llm == GIVEN:
            return await self._keep_given(prompt, given or "")
        key = answer_key(prompt, self._who[llm], self._plan.answer_tokens)
        async with self._claims.hold(key):
            kept = (await asyncio.to_thread(self._store.answers, [key])).get(key, [])
            usable = next((one for one in kept if not one.paid.failure), None)
            if usable is not None:
                return usable.text
            if kept and kept[-1].paid.failure in LASTING and not self._plan.retry_failed:
                return None
            last = await self._caller.answer(llm, question(prompt), self._plan.answer_tokens)
            failure = answer_failure(last)
            if _was_paid(last) or not failure:
                answer = JudgedAnswer(
                    key=key,
                    attempt=len(kept),
                    run=self._run,
                    prompt_sha256=sha256(prompt),
                    llm=llm,
                    max_tokens=self._plan.answer_tokens,
                    text=last.text,
                    stop=last.stop or "",
                    paid=Paid.of(last, failure),
                )
                await _saved(self._store.save_answer, answer)
        self._caller.pause_for(llm, last.failure)
        return None if failure else last.text

    async def rating(self, pair: Pair, judge: str, first: Order) -> int | None:
        """A judge's rating of a weak answer; None where it gives none. Raises as `answer`.

        Args:
            pair: The answer and what it is held against.
            judge: Id of the LLM.
            first: Which of the two it reads first.
        """
        key = rating_key(pair.hashes, self._who[judge], first, self._rubric_sha256, self._plan.judge_tokens)
        async with self._claims.hold(key):
            kept = (await asyncio.to_thread(self._store.ratings, [key])).get(key, [])
            rated = next((one.rating for one in kept if one.rating is not None), None)
            if rated is not None:
                return rated
            senseless = [one.rationale for one in kept if one.paid.failure == NONSENSE]
            if senseless and len(senseless) % 2 == 0 and not self._plan.retry_failed:
                return None
            turns = judge_turns(pair, self._plan.rubric, first)
            for attempt in range(len(kept), len(kept) + 2):
                repairs = len(senseless) % 2 == 1
                asked = repair_turns(turns, senseless[-1]) if repairs else turns
                last = await self._caller.rating(judge, asked, self._plan.judge_tokens)
                rating = self._rating(pair, judge, first, last, key=key, attempt=attempt)
                if _was_paid(last) or not rating.paid.failure:
                    await _saved(self._store.save_rating, rating)
                self._caller.pause_for(judge, last.failure)
                if rating.rating is not None or rating.paid.failure != NONSENSE or repairs:
                    return rating.rating
                senseless.append(rating.rationale)
        return None

    def _rating(self, pair: Pair, judge: str, first: Order, last: Completion, *, key: str, attempt: int) -> JudgeRating:
        """What a judge's answer comes to."""
        reading = read_rating(last.text) if last.failure is None else None
        failure = "" if reading is not None else answer_failure(last) if last.failure is not None else NONSENSE
        weak, reference = pair.hashes[1:]
        return JudgeRating(
            key=key,
            attempt=attempt,
            run=self._run,
            prompt_sha256=pair.hashes[0],
            weak_sha256=weak,
            reference_sha256=reference,
            judge=judge,
            shown_first=first,
            rubric_sha256=self._rubric_sha256,
            rating=reading.rating if reading is not None else None,
            rationale=reading.rationale if reading is not None else last.text,
            paid=Paid.of(last, failure),
        )

    async def _keep_given(self, prompt: str, text: str) -> str:
        answer = JudgedAnswer(
            key=given_key(prompt, text),
            attempt=0,
            run=self._run,
            prompt_sha256=sha256(prompt),
            llm=GIVEN,
            max_tokens=0,
            text=text,
            stop="stop",
            paid=Paid(),
        )
        await _saved(self._store.save_answer, answer)
        return text


def _was_paid(last: Completion) -> bool:
    return last.usage is not None


async def _saved(save: Callable[[T], bool], record: T) -> None:
    """Keeps what has been paid for; a database that is busy for a moment shall not lose it.

    Raises:
        StoreError: It could not be kept.
    """
    for attempt in range(SAVE_ATTEMPTS):
        try:
            await asyncio.to_thread(save, record)
        except StoreError:
            if attempt == SAVE_ATTEMPTS - 1:
                raise
            await asyncio.sleep(SAVE_PAUSE_S)
        else:
            return
