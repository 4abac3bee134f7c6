"""The store of feedback: comparisons and votes, acknowledged only when they are safe on disk. It knows no page."""

from __future__ import annotations

import logging
from dataclasses import fields
from datetime import datetime
from typing import get_args

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.orm import aliased

from errors import BadInputError, PlaygroundError, UnknownNameError
from feedback.access import Access
from feedback.inserting import add_rows
from feedback.records import Choice, Comparison, Counts, StoredVote, Vote
from feedback.rows import Row, completion_row, decision_row, request_row, text_rows, vote_row
from feedback.tables import CompletionRow, DecisionRow, Request, TextRow, VoteRow
from settings import Settings

CHOICES: tuple[Choice, ...] = get_args(Choice)
_VOTE = tuple(field.name for field in fields(Vote))
_AGAIN = "Compare again and vote then."

logger = logging.getLogger(__name__)


class FeedbackStore:
    """Keeps what people said. Safe to use from many threads; every method blocks for milliseconds.

    Without its database the store is still there: what it should keep then raises, with the reason.

    Args:
        settings: Where the database is.
    """

    def __init__(self, settings: Settings) -> None:
        self.access = Access(settings)
        """Transactions on its database, for the stores of other things that people say."""

    @classmethod
    def open(cls, settings: Settings) -> FeedbackStore:
        """A store whose database is migrated; if that fails, it is logged and tried again with the first record."""
        store = cls(settings)
        problem = store.problem()
        if problem is not None:
            logger.warning("%s", problem)
        return store

    def problem(self) -> PlaygroundError | None:
        """Why nothing can be kept at the moment; None where all is well."""
        return self.access.problem()

    def close(self) -> None:
        """Closes all connections."""
        self.access.close()

    def save_comparison(self, comparison: Comparison) -> None:
        """Keeps a turn with its decisions and the answers that there are; may be called again when there are more.

        Raises:
            StoreError: The database failed; nothing of it was kept.
            BadInputError: Another prompt or author is kept under this id.
        """
        row = request_row(comparison)
        decisions = [decision_row(decision, row["id"]) for decision in comparison.decisions]
        completions = [completion_row(completion, row["id"]) for completion in comparison.completions]
        with self.access.writing("The comparison could not be saved") as connection:
            if not add_rows(connection, Request, [row]):
                _check_same(connection, row)
            add_rows(connection, DecisionRow, decisions)
            add_rows(connection, CompletionRow, completions)
            add_rows(connection, TextRow, text_rows(comparison))

    def save_vote(self, vote: Vote) -> bool:
        """Keeps a vote; a second one on the same turn of a comparison is not counted.

        Returns:
            Whether it is new: False if there was a vote on that turn already, which stays.

        Raises:
            StoreError: The database failed; the vote was not kept.
            UnknownNameError: The answers that it is about were not saved.
            BadInputError: It is not one of the four votes, or both sides are one answer.
        """
        if vote.choice not in CHOICES or vote.left == vote.right:
            raise BadInputError("This is not a vote on two answers.", f"Choose one of: {', '.join(CHOICES)}.")
        row = vote_row(vote)
        answers = select(func.count()).where(
            CompletionRow.request_id == row["request_id"], CompletionRow.id.in_([row["left_id"], row["right_id"]])
        )
        with self.access.writing("Your vote could not be saved") as connection:
            if connection.execute(answers).scalar() != 2:
                raise UnknownNameError("The answers of this vote are not in the store.", _AGAIN)
            return add_rows(connection, VoteRow, [row]) == 1

    def votes(self, since: datetime | None = None, limit: int = 1_000) -> list[StoredVote]:
        """The latest votes, newest first.

        Args:
            since: Only votes from this moment on.
            limit: At most so many.

        Raises:
            StoreError: The database failed.
        """
        left, right = aliased(CompletionRow), aliased(CompletionRow)
        query = (
            select(
                Request.comparison_id.label("comparison"),
                Request.turn,
                VoteRow.author,
                VoteRow.choice,
                VoteRow.left_id.label("left"),
                VoteRow.right_id.label("right"),
                VoteRow.created_at,
                left.llm.label("left_llm"),
                right.llm.label("right_llm"),
                left.cost_usd.label("left_cost_usd"),
                right.cost_usd.label("right_cost_usd"),
            )
            .join(Request, VoteRow.request_id == Request.id)
            .join(left, VoteRow.left_id == left.id)
            .join(right, VoteRow.right_id == right.id)
            .order_by(VoteRow.created_at.desc(), VoteRow.request_id)
            .limit(limit)
        )
        if since is not None:
            query = query.where(VoteRow.created_at >= since)
        with self.access.reading("Votes could not be read") as connection:
            return [_stored_vote(row) for row in connection.execute(query).mappings()]

    def counts(self) -> Counts:
        """How much is kept.

        Raises:
            StoreError: The database failed.
        """
        by_choice = select(VoteRow.choice, func.count()).group_by(VoteRow.choice)
        with self.access.reading("Votes could not be counted") as connection:
            votes = dict(connection.execute(by_choice).tuples().all())
            return Counts(
                turns=connection.execute(select(func.count()).select_from(Request)).scalar_one(),
                completions=connection.execute(select(func.count()).select_from(CompletionRow)).scalar_one(),
                votes={choice: votes.get(choice, 0) for choice in CHOICES},
            )


def _stored_vote(row: RowMapping) -> StoredVote:
    vote = Vote(**{name: row[name] for name in _VOTE})
    return StoredVote(vote, **{name: row[name] for name in row if name not in _VOTE})


def _check_same(connection: Connection, row: Row) -> None:
    known = connection.execute(select(Request.author, Request.prompt_sha256).where(Request.id == row["id"])).one()
    if tuple(known) != (row["author"], row["prompt_sha256"]):
        raise BadInputError("Another prompt is kept under the id of this comparison.", "Compare again.")
