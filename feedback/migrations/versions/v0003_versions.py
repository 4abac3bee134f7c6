"""Routers that learnt from labels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables."""
    _versions()
    _switches()
    op.create_table(
        "version_picks",
        sa.Column("version_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_version_picks_version_id"),
        sa.PrimaryKeyConstraint("version_id", "position", name="pk_version_picks"),
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("base_version", sa.String(length=80), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("arrays", sa.LargeBinary(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("labels_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('threshold', 'head', 'references', 'votes')", name="ck_versions_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.UniqueConstraint("router", "number", name="uq_versions_router_number"),
    )
    op.create_index("ix_versions_created_at", "versions", ["created_at"])


def _switches() -> None:
    op.create_table(
        "version_switches",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("slot IN ('active', 'beside')", name="ck_version_switches_slot"),
        sa.CheckConstraint("action IN ('put', 'back')", name="ck_version_switches_action"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_version_switches_version_id"),
        sa.PrimaryKeyConstraint("number", name="pk_version_switches"),
        sa.UniqueConstraint("id", name="uq_version_switches_id"),
    )
    op.create_index("ix_version_switches_router_slot_number", "version_switches", ["router", "slot", "number"])
