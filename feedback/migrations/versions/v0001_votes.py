"""Requests, decisions, completions, votes and texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("comparison_id", sa.String(length=80), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("prompt_characters", sa.Integer(), nullable=False),
        sa.Column("attachment", sa.String(length=20), nullable=True),
        sa.Column("temperature", sa.Double(), nullable=True),
        sa.Column("pool", JSON, nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("comparison_id", "turn", name="uq_requests_comparison_id_turn"),
    )
    op.create_index("ix_requests_author_created_at", "requests", ["author", "created_at"])
    op.create_index("ix_requests_created_at", "requests", ["created_at"])
    op.create_index("ix_requests_prompt_sha256", "requests", ["prompt_sha256"])
    op.create_table(
        "texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "author", name="pk_texts"),
    )
    op.create_table(
        "completions",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("llm", sa.String(length=200), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answer_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer_characters", sa.Integer(), nullable=False),
        sa.Column("stop", sa.String(length=20), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("reasoning_tokens", sa.Integer(), nullable=True),
        sa.Column("tokens_counted", sa.Boolean(), nullable=True),
        sa.Column("cost_usd", sa.BigInteger(), nullable=True),
        sa.Column("price_as_of", sa.Date(), nullable=True),
        sa.Column("first_token_ms", sa.Double(), nullable=True),
        sa.Column("total_ms", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("from_cache", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_completions_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_completions"),
    )
    op.create_index("ix_completions_request_id", "completions", ["request_id"])
    op.create_table(
        "decisions",
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("llm", sa.String(length=200), nullable=False),
        sa.Column("p_strong", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("distribution", JSON, nullable=False),
        sa.Column("latency_ms", sa.Double(), nullable=False),
        sa.Column("estimated_cost_usd", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_decisions_request_id"),
        sa.PrimaryKeyConstraint("request_id", "router", name="pk_decisions"),
    )
    op.create_table(
        "votes",
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("left_id", sa.String(length=80), nullable=False),
        sa.Column("right_id", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("choice IN ('left', 'right', 'tie', 'both bad')", name="ck_votes_choice"),
        sa.ForeignKeyConstraint(["left_id"], ["completions.id"], name="fk_votes_left_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_votes_request_id"),
        sa.ForeignKeyConstraint(["right_id"], ["completions.id"], name="fk_votes_right_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_votes"),
    )
    op.create_index("ix_votes_created_at", "votes", ["created_at"])
