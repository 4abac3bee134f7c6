"""The tables. Rows are only added; `texts` alone may lose rows, when an author wants theirs deleted.

Everything hangs on a request: a prompt as somebody sent it, once. Decisions, completions and votes name it, and what
else people may say of a prompt or of an answer can hang on the same keys.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from feedback.columns import Json, Usd, Utc

ID, NAME, SHA256 = 80, 200, 64
"""Characters of columns."""


class Base(DeclarativeBase):
    """Names constraints, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Request(Base):
    """A prompt as somebody sent it, once: here one turn of a comparison."""

    __tablename__ = "requests"
    __table_args__ = (UniqueConstraint("comparison_id", "turn"), Index(None, "author", "created_at"))

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    page: Mapped[str] = mapped_column(String(20))
    comparison_id: Mapped[str | None] = mapped_column(String(ID))
    turn: Mapped[int | None]
    author: Mapped[str] = mapped_column(String(NAME))
    prompt_sha256: Mapped[str] = mapped_column(String(SHA256), index=True)
    prompt_characters: Mapped[int]
    attachment: Mapped[str | None] = mapped_column(String(20))
    temperature: Mapped[float | None]
    pool: Mapped[dict[str, str]] = mapped_column(Json)
    router: Mapped[str] = mapped_column(String(NAME))
    blind: Mapped[bool]
    consent: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)


class DecisionRow(Base):
    """What one router decided on a request."""

    __tablename__ = "decisions"

    request_id: Mapped[str] = mapped_column(ForeignKey(Request.id), primary_key=True)
    router: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    version: Mapped[str] = mapped_column(String(ID))
    route: Mapped[str] = mapped_column(String(NAME))
    llm: Mapped[str] = mapped_column(String(NAME))
    p_strong: Mapped[float]
    threshold: Mapped[float | None]
    confidence: Mapped[float]
    distribution: Mapped[dict[str, float]] = mapped_column(Json)
    latency_ms: Mapped[float]
    estimated_cost_usd: Mapped[Decimal | None] = mapped_column(Usd)


class CompletionRow(Base):
    """What one LLM answered to a request."""

    __tablename__ = "completions"

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey(Request.id), index=True)
    position: Mapped[int]
    llm: Mapped[str] = mapped_column(String(NAME))
    answered_by: Mapped[str] = mapped_column(String(NAME))
    answer_sha256: Mapped[str] = mapped_column(String(SHA256))
    answer_characters: Mapped[int]
    stop: Mapped[str] = mapped_column(String(20))
    failure: Mapped[str] = mapped_column(String(NAME))
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    reasoning_tokens: Mapped[int | None]
    tokens_counted: Mapped[bool | None]
    cost_usd: Mapped[Decimal | None] = mapped_column(Usd)
    price_as_of: Mapped[date | None]
    first_token_ms: Mapped[float | None]
    total_ms: Mapped[float]
    attempts: Mapped[int]
    from_cache: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Utc)


class VoteRow(Base):
    """Which of two answers to a request is better."""

    __tablename__ = "votes"
    __table_args__ = (CheckConstraint("choice IN ('left', 'right', 'tie', 'both bad')", name="choice"),)

    request_id: Mapped[str] = mapped_column(ForeignKey(Request.id), primary_key=True)
    author: Mapped[str] = mapped_column(String(NAME))
    choice: Mapped[str] = mapped_column(String(20))
    left_id: Mapped[str] = mapped_column(ForeignKey(CompletionRow.id))
    right_id: Mapped[str] = mapped_column(ForeignKey(CompletionRow.id))
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)


class TextRow(Base):
    """A prompt or an answer that its author let us keep; requests and completions know it by its hash."""

    __tablename__ = "texts"

    sha256: Mapped[str] = mapped_column(String(SHA256), primary_key=True)
    author: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc)
