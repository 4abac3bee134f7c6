"""One turn of the Compare page: all its columns asked from one loop."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from errors import PlaygroundError
from feedback.usage_event import COMPARE_PAGE
from llms.completion import Completion, StopReason
from llms.side_by_side import side_by_side
from pages._compare_columns import Answer, Column
from pages._compare_controls import ROUTED, CompareControls
from pages._compare_session import CompareSession

if TYPE_CHECKING:
    from feedback.usage import Usage
    from llms.completions import Completions
    from router_models import Decision

BROKEN_OFF = PlaygroundError("The answer was broken off.", "Retry it.")


async def ask(
    session: CompareSession,
    completions: Completions,
    controls: CompareControls,
    places: Sequence[int],
    usage: Usage | None = None,
) -> AsyncIterator[dict[int, Completion]]:
    """Asks the planned columns of the last turn and writes what they answer into them.

    A column that was planned to share another's answer gets that answer. Closing this closes all requests.

    Args:
        session: The tab, in which the turn is planned.
        completions: Asks LLMs.
        controls: The user's.
        places: Which columns; those that are not to be asked are left out.
        usage: Where answers are recorded; None records nothing.

    Yields:
        The columns that have changed since the last time.
    """
    number, columns = session.turn, session.columns
    comparison = session.comparison_id
    planned = {place: columns[place].answers[number] for place in places}
    asked = [place for place, answer in planned.items() if answer.asked and answer.shared_with is None]
    routed = {_leader(place, answer) for place, answer in planned.items() if answer.choice == ROUTED}
    signals = session.signals(asked)
    streams = {
        place: completions.stream(request, session.keys, use_cache=controls.cache, stop=signals[place])
        for place in asked
        if (request := planned[place].request) is not None
    }
    async with aclosing(side_by_side(streams)) as news:
        async for grown in news:
            changed: dict[int, Completion] = {}
            for leader, completion in grown.items():
                if completion.done:
                    session.bill.add(comparison, number, completion, beside=leader not in routed)
                    if usage is not None:
                        decision = _decision(planned, leader)
                        pool = None if decision is None else controls.view.pool
                        usage.answered(COMPARE_PAGE, completion, session.keys, decision, pool)
            for place in places:
                news_of = grown.get(_leader(place, planned[place]))
                if news_of is not None:
                    _write(columns[place], number, news_of)
                    changed[place] = news_of
            yield changed


def _leader(place: int, answer: Answer) -> int:
    """The column that asks for it."""
    return place if answer.shared_with is None else answer.shared_with


def _decision(planned: Mapping[int, Answer], leader: int) -> Decision | None:
    """The decision that a column's answer follows; None where the user chose the LLM, or it was kept."""
    routed = (answer for place, answer in planned.items() if _leader(place, answer) == leader)
    return next((answer.routed_now for answer in routed if answer.routed_now and not answer.overridden), None)


def _write(column: Column, number: int, completion: Completion) -> None:
    answer = column.answers.get(number)
    if answer is not None:  # it is gone where the user has edited the prompt meanwhile
        column.answers[number] = dataclasses.replace(answer, completion=completion)


def break_off(column: Column, number: int) -> None:
    """Ends an answer of which nothing more will come; one that has ended stays as it is.

    Args:
        column: Whose answer it is.
        number: Of which turn, from 0.
    """
    answer = column.answers.get(number)
    if answer is not None and answer.running:
        grown = answer.completion or Completion(answer.llm)
        stop: StopReason = "cut off" if grown.text else "failed"
        _write(column, number, dataclasses.replace(grown, stop=stop, failure=BROKEN_OFF, waiting=""))
