"""What judge LLMs said of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "judge_rubrics",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_judge_rubrics"),
    )
    op.create_table(
        "judge_runs",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("rubric_sha256", sa.String(length=64), nullable=False),
        sa.Column("budget_usd", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rubric_sha256"], ["judge_rubrics.sha256"], name="fk_judge_runs_rubric_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_judge_runs"),
    )
    op.create_index("ix_judge_runs_author_created_at", "judge_runs", ["author", "created_at"])
    op.create_index("ix_judge_runs_created_at", "judge_runs", ["created_at"])
    op.create_table(
        "judge_run_items",
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("weak_key", sa.String(length=64), nullable=False),
        sa.Column("reference_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["judge_runs.id"], name="fk_judge_run_items_run_id"),
        sa.PrimaryKeyConstraint("run_id", "position", name="pk_judge_run_items"),
    )
    op.create_index("ix_judge_run_items_prompt_sha256", "judge_run_items", ["prompt_sha256"])
    op.create_table(
        "judge_run_states",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["judge_runs.id"], name="fk_judge_run_states_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_judge_run_states"),
    )
    op.create_index("ix_judge_run_states_run_id_created_at", "judge_run_states", ["run_id", "created_at"])
    op.create_table("judge_answers", *_answer_columns())
    op.create_index("ix_judge_answers_run_id_created_at", "judge_answers", ["run_id", "created_at"])
    op.create_index("ix_judge_answers_prompt_sha256", "judge_answers", ["prompt_sha256"])
    op.create_table("judge_ratings", *_rating_columns())
    op.create_index("ix_judge_ratings_run_id_created_at", "judge_ratings", ["run_id", "created_at"])
    op.create_index("ix_judge_ratings_prompt_sha256", "judge_ratings", ["prompt_sha256"])


def _answer_columns() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("llm", sa.String(length=200), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("max_tokens", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("text_characters", sa.Integer(), nullable=False),
        sa.Column("stop", sa.String(length=20), nullable=False),
        *_paid_columns(),
        sa.ForeignKeyConstraint(["run_id"], ["judge_runs.id"], name="fk_judge_answers_run_id"),
        sa.PrimaryKeyConstraint("key", "attempt", name="pk_judge_answers"),
    )


def _rating_columns() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("weak_sha256", sa.String(length=64), nullable=False),
        sa.Column("reference_sha256", sa.String(length=64), nullable=False),
        sa.Column("judge", sa.String(length=200), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("shown_first", sa.String(length=20), nullable=False),
        sa.Column("rubric_sha256", sa.String(length=64), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=False),
        *_paid_columns(),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_judge_ratings_rating"),
        sa.CheckConstraint("shown_first IN ('weak', 'reference')", name="ck_judge_ratings_shown_first"),
        sa.ForeignKeyConstraint(["run_id"], ["judge_runs.id"], name="fk_judge_ratings_run_id"),
        sa.ForeignKeyConstraint(["rubric_sha256"], ["judge_rubrics.sha256"], name="fk_judge_ratings_rubric_sha256"),
        sa.PrimaryKeyConstraint("key", "attempt", name="pk_judge_ratings"),
    )


def _paid_columns() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("failure", sa.String(length=20), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("tokens_counted", sa.Boolean(), nullable=True),
        sa.Column("cost_usd", sa.BigInteger(), nullable=True),
        sa.Column("price_as_of", sa.Date(), nullable=True),
        sa.Column("total_ms", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
