"""What was decided and what it cost, for the Usage page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "usage_events",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("caller", sa.String(length=200), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("llm", sa.String(length=200), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("p_strong", sa.Double(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("raised", sa.Boolean(), nullable=False),
        sa.Column("latency_ms", sa.Double(), nullable=True),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("novelty", sa.Double(), nullable=True),
        sa.Column("estimated_usd", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("own_key", sa.Boolean(), nullable=False),
        sa.Column("cost_usd", sa.BigInteger(), nullable=True),
        sa.Column("router_usd", sa.BigInteger(), nullable=True),
        sa.Column("baseline", sa.String(length=200), nullable=False),
        sa.Column("baseline_usd", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_usage_events"),
    )
    op.create_index("ix_usage_events_at_id", "usage_events", ["at", "id"])
    op.create_table(
        "usage_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("llm", sa.String(length=200), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("escalated", sa.BigInteger(), nullable=False),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("unpriced", sa.BigInteger(), nullable=False),
        sa.Column("usd", sa.BigInteger(), nullable=False),
        sa.Column("own_key_usd", sa.BigInteger(), nullable=False),
        sa.Column("router_usd", sa.BigInteger(), nullable=False),
        sa.Column("saving_events", sa.BigInteger(), nullable=False),
        sa.Column("saving_baseline_usd", sa.BigInteger(), nullable=False),
        sa.Column("saving_usd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "place", "router", "llm", "answered", name="pk_usage_days"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "usage_latencies",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("bin", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "place", "router", "bin", name="pk_usage_latencies"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "usage_novelties",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("percentile", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "reference", "percentile", name="pk_usage_novelties"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "usage_budget",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("happened", sa.String(length=20), nullable=False),
        sa.Column("usd", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("alert_share", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("spent_usd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_usage_budget"),
        sa.UniqueConstraint("id", name="uq_usage_budget_id"),
        sqlite_autoincrement=True,
    )
