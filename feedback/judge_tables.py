"""Tables of what judge LLMs said of answers: runs, the answers that were judged, and the ratings.

Answers and ratings are known by what was asked, not by the run that paid for them: whoever asks the same again finds
them here. A further row of the same key is a further attempt.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from feedback.columns import Json, Usd, Utc
from feedback.tables import ID, NAME, SHA256, Base


class RubricRow(Base):
    """What judges were told, whole."""

    __tablename__ = "judge_rubrics"

    sha256: Mapped[str] = mapped_column(String(SHA256), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc)


class RunRow(Base):
    """One run: who asked whom about how many prompts, for how much at most."""

    __tablename__ = "judge_runs"
    __table_args__ = (Index(None, "author", "created_at"),)

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    author: Mapped[str] = mapped_column(String(NAME))
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    rubric_sha256: Mapped[str] = mapped_column(ForeignKey(RubricRow.sha256))
    budget_usd: Mapped[Decimal] = mapped_column(Usd)
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)


class RunItemRow(Base):
    """One prompt of a run, and the keys of the two answers to it."""

    __tablename__ = "judge_run_items"

    run_id: Mapped[str] = mapped_column(ForeignKey(RunRow.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    prompt_sha256: Mapped[str] = mapped_column(String(SHA256), index=True)
    weak_key: Mapped[str] = mapped_column(String(SHA256))
    reference_key: Mapped[str] = mapped_column(String(SHA256))


class RunStateRow(Base):
    """What became of a run at some moment; the last row is how it stands."""

    __tablename__ = "judge_run_states"
    __table_args__ = (Index(None, "run_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey(RunRow.id))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    done: Mapped[int]
    failed: Mapped[int]
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Utc)


class AnswerRow(Base):
    """What an LLM answered to a prompt, or how it failed after it had been paid."""

    __tablename__ = "judge_answers"
    __table_args__ = (Index(None, "run_id", "created_at"),)

    key: Mapped[str] = mapped_column(String(SHA256), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey(RunRow.id))
    prompt_sha256: Mapped[str] = mapped_column(String(SHA256), index=True)
    llm: Mapped[str] = mapped_column(String(NAME))
    answered_by: Mapped[str] = mapped_column(String(NAME))
    max_tokens: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(SHA256))
    text_characters: Mapped[int]
    stop: Mapped[str] = mapped_column(String(20))
    failure: Mapped[str] = mapped_column(String(20))
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    tokens_counted: Mapped[bool | None]
    cost_usd: Mapped[Decimal | None] = mapped_column(Usd)
    price_as_of: Mapped[date | None]
    total_ms: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(Utc)


class RatingRow(Base):
    """What a judge said of a weak answer against the reference, in one order; without a rating it made no sense."""

    __tablename__ = "judge_ratings"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("shown_first IN ('weak', 'reference')", name="shown_first"),
        Index(None, "run_id", "created_at"),
    )

    key: Mapped[str] = mapped_column(String(SHA256), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey(RunRow.id))
    prompt_sha256: Mapped[str] = mapped_column(String(SHA256), index=True)
    weak_sha256: Mapped[str] = mapped_column(String(SHA256))
    reference_sha256: Mapped[str] = mapped_column(String(SHA256))
    judge: Mapped[str] = mapped_column(String(NAME))
    answered_by: Mapped[str] = mapped_column(String(NAME))
    shown_first: Mapped[str] = mapped_column(String(20))
    rubric_sha256: Mapped[str] = mapped_column(ForeignKey(RubricRow.sha256))
    rating: Mapped[int | None]
    rationale: Mapped[str] = mapped_column(Text)
    failure: Mapped[str] = mapped_column(String(20))
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    tokens_counted: Mapped[bool | None]
    cost_usd: Mapped[Decimal | None] = mapped_column(Usd)
    price_as_of: Mapped[date | None]
    total_ms: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(Utc)
