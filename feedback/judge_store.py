"""The store of judgements: runs, answers and ratings, each kept as soon as it comes and found by what was asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import Connection, RowMapping, func, select

from errors import UnknownNameError
from feedback.access import Access
from feedback.inserting import add_rows
from feedback.judge_forgetting import empty_judged
from feedback.judge_records import JudgedAnswer, JudgeRating, RunItem, RunRecord, RunState
from feedback.judge_rows import (
    answer_row,
    item_row,
    rating_row,
    read_answer,
    read_rating,
    read_run,
    read_state,
    rubric_row,
    run_row,
    state_row,
)
from feedback.judge_tables import AnswerRow, RatingRow, RubricRow, RunItemRow, RunRow, RunStateRow
from feedback.tables import TextRow

T = TypeVar("T")
Judgement = AnswerRow | RatingRow
_AT_A_TIME = 400
"""Keys in one question to the database: SQLite takes a limited number of values."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has cost so far.

    Attributes:
        usd: Sum of what has a price.
        requests: Answers that were paid, failed ones included.
        unpriced: How many of them have no price.
    """

    usd: Decimal
    requests: int
    unpriced: int


class JudgeStore:
    """Keeps judgements. Safe to use from many threads; every method blocks for milliseconds.

    Args:
        access: Transactions on the database (`FeedbackStore.access`).
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def save_run(self, run: RunRecord, items: Sequence[RunItem]) -> bool:
        """Keeps a run with its prompts' hashes; says whether it is new.

        Raises:
            StoreError: The database failed.
        """
        with self._access.writing("The run could not be saved") as connection:
            add_rows(connection, RubricRow, [rubric_row(run)])
            new = add_rows(connection, RunRow, [run_row(run)]) == 1
            if new:
                add_rows(connection, RunItemRow, [item_row(item, run.id, at) for at, item in enumerate(items)])
            return new

    def save_state(self, state: RunState) -> None:
        """Keeps how a run stands; earlier states stay.

        Raises:
            StoreError: The database failed.
        """
        with self._access.writing("The run's state could not be saved") as connection:
            add_rows(connection, RunStateRow, [state_row(state)])

    def save_answer(self, answer: JudgedAnswer) -> bool:
        """Keeps an answer; says whether it is new: the first of the same attempt stays.

        Raises:
            StoreError: The database failed.
        """
        with self._access.writing("An answer could not be saved") as connection:
            return add_rows(connection, AnswerRow, [answer_row(answer)]) == 1

    def save_rating(self, rating: JudgeRating) -> bool:
        """Keeps a rating; says whether it is new, as for `save_answer`.

        Raises:
            StoreError: The database failed.
        """
        with self._access.writing("A rating could not be saved") as connection:
            return add_rows(connection, RatingRow, [rating_row(rating)]) == 1

    def answers(self, keys: Collection[str]) -> dict[str, list[JudgedAnswer]]:
        """All attempts at each of the answers, first to last; keys without any are not in it.

        Raises:
            StoreError: The database failed.
        """
        with self._access.reading("Answers could not be read") as connection:
            return _by_key(_found(connection, AnswerRow, keys), read_answer)

    def ratings(self, keys: Collection[str]) -> dict[str, list[JudgeRating]]:
        """All attempts at each of the ratings, first to last; keys without any are not in it.

        Raises:
            StoreError: The database failed.
        """
        with self._access.reading("Ratings could not be read") as connection:
            return _by_key(_found(connection, RatingRow, keys), read_rating)

    def run(self, run_id: str) -> tuple[RunRecord, list[RunItem]]:
        """A run and its prompts.

        Raises:
            UnknownNameError: There is none of that id.
            DataError: Another version of the app has kept it.
            StoreError: The database failed.
        """
        items = select(RunItemRow).where(RunItemRow.run_id == run_id).order_by(RunItemRow.position)
        with self._access.reading("The run could not be read") as connection:
            found = connection.execute(select(RunRow).where(RunRow.id == run_id)).mappings().first()
            rows = connection.execute(items).mappings().all()
        if found is None:
            raise UnknownNameError(f"There is no judge run “{run_id[:40]}”.", "Choose one of the list.")
        return read_run(found), [
            RunItem(prompt_sha256=row["prompt_sha256"], weak_key=row["weak_key"], reference_key=row["reference_key"])
            for row in rows
        ]

    def runs(self, author: str | None = None, limit: int = 50) -> list[tuple[RunRecord, RunState | None]]:
        """The latest runs with how each stands, newest first.

        Args:
            author: Only this author's; None is everybody's.
            limit: At most so many.

        Raises:
            DataError: Another version of the app has kept one.
            StoreError: The database failed.
        """
        query = select(RunRow).order_by(RunRow.created_at.desc(), RunRow.id).limit(limit)
        if author is not None:
            query = query.where(RunRow.author == author)
        with self._access.reading("Runs could not be read") as connection:
            runs = [read_run(row) for row in connection.execute(query).mappings()]
            return [(run, _last_state(connection, run.id)) for run in runs]

    def texts(self, prompts: Collection[str]) -> dict[str, str]:
        """Prompts by hash, as far as their texts are kept.

        Raises:
            StoreError: The database failed.
        """
        found: dict[str, str] = {}
        with self._access.reading("Prompts could not be read") as connection:
            for part in _parts(prompts):
                rows = connection.execute(select(TextRow.sha256, TextRow.text).where(TextRow.sha256.in_(part)))
                found |= dict(rows.tuples().all())
        return found

    def spent(self, run_id: str) -> Spent:
        """What a run has cost so far.

        Raises:
            StoreError: The database failed.
        """
        total, requests, unpriced = Decimal(0), 0, 0
        with self._access.reading("The costs could not be read") as connection:
            for table in (AnswerRow, RatingRow):
                sums = select(func.sum(table.cost_usd), func.count(), func.count(table.cost_usd)).where(
                    table.run_id == run_id, table.input_tokens.is_not(None)
                )
                usd, rows, priced = connection.execute(sums).one()
                total += usd or Decimal(0)
                requests += rows
                unpriced += rows - priced
        return Spent(total, requests, unpriced)

    def forget(self, prompts: Collection[str]) -> int:
        """Empties answers and rationales of these prompts, by hash; figures and hashes stay. Returns how many.

        What was emptied is asked, and paid, again by a later run.

        Raises:
            StoreError: The database failed.
        """
        with self._access.writing("Texts could not be deleted") as connection:
            return sum(empty_judged(connection, part) for part in _parts(prompts))


def _last_state(connection: Connection, run_id: str) -> RunState | None:
    query = select(RunStateRow).where(RunStateRow.run_id == run_id).order_by(RunStateRow.created_at.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else read_state(row)


def _found(connection: Connection, table: type[Judgement], keys: Collection[str]) -> Iterator[RowMapping]:
    for part in _parts(keys):
        yield from connection.execute(select(table).where(table.key.in_(part)).order_by(table.attempt)).mappings()


def _parts(keys: Collection[str]) -> Iterator[list[str]]:
    each = list(dict.fromkeys(keys))
    for start in range(0, len(each), _AT_A_TIME):
        yield each[start : start + _AT_A_TIME]


def _by_key(rows: Iterator[RowMapping], read: Callable[[RowMapping], T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row["key"], []).append(read(row))
    return found
