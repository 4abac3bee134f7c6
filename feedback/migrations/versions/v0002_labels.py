"""Prompts to label, labels, and what people said of decisions and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables."""
    _items()
    _labels()
    _ratings()


def _items() -> None:
    op.create_table(
        "label_items",
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("importer", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("prompt_characters", sa.Integer(), nullable=False),
        sa.Column("random", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Double(), nullable=False),
        sa.Column("uncertainty", sa.Double(), nullable=True),
        sa.Column("disagreement", sa.Double(), nullable=True),
        sa.Column("scored", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("prompt_sha256", name="pk_label_items"),
    )
    queue = ["open", "assigned", "random", "place", "prompt_sha256"]
    op.create_index("ix_label_items_queue", "label_items", queue)
    op.create_index("ix_label_items_state", "label_items", ["open", "wanted", "scored"])
    op.create_index("ix_label_items_origin", "label_items", ["origin"])
    op.create_table(
        "label_assignments",
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("random", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Double(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        _of_item("label_assignments"),
        sa.PrimaryKeyConstraint("prompt_sha256", "annotator", name="pk_label_assignments"),
    )
    own = ["annotator", "waiting", "random", "place", "prompt_sha256"]
    op.create_index("ix_label_assignments_queue", "label_assignments", own)
    op.create_table(
        "label_holds",
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        _of_item("label_holds"),
        sa.PrimaryKeyConstraint("prompt_sha256", "annotator", name="pk_label_holds"),
    )
    op.create_index("ix_label_holds_annotator", "label_holds", ["annotator"])


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("comment_sha256", sa.String(length=64), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("panel_shown", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('route', 'unsure', 'skip', 'discard', 'undo')", name="ck_labels_verdict"),
        sa.CheckConstraint("source IN ('people', 'adjudicated', 'correction', 'judge')", name="ck_labels_source"),
        sa.CheckConstraint("(verdict = 'route') = (tier IS NOT NULL)", name="ck_labels_tier_of_route"),
        sa.CheckConstraint("tier BETWEEN 1 AND 3", name="ck_labels_tier"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_labels_rating"),
        _of_item("labels"),
        sa.PrimaryKeyConstraint("number", name="pk_labels"),
        sa.UniqueConstraint("id", name="uq_labels_id"),
    )
    op.create_index("ix_labels_annotator_number", "labels", ["annotator", "number"])
    op.create_index("ix_labels_created_at", "labels", ["created_at"])
    op.create_index("ix_labels_prompt_sha256", "labels", ["prompt_sha256"])
    op.create_table(
        "label_leads",
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_item("label_leads"),
        sa.ForeignKeyConstraint(["number"], ["labels.number"], name="fk_label_leads_number"),
        sa.PrimaryKeyConstraint("prompt_sha256", "source", "annotator", name="pk_label_leads"),
    )
    op.create_index("ix_label_leads_annotator_source_number", "label_leads", ["annotator", "source", "number"])


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("thumb", sa.String(length=20), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("comment_sha256", sa.String(length=64), nullable=True),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("llm", sa.String(length=200), nullable=False),
        sa.Column("router", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('completion', 'decision')", name="ck_ratings_kind"),
        sa.CheckConstraint("thumb IN ('up', 'down')", name="ck_ratings_thumb"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="ck_ratings_stars"),
        sa.PrimaryKeyConstraint("number", name="pk_ratings"),
        sa.UniqueConstraint("id", name="uq_ratings_id"),
    )
    subject = ["kind", "subject", "router", "author", "number"]
    op.create_index("ix_ratings_kind_subject_router_author_number", "ratings", subject)
    op.create_index("ix_ratings_created_at", "ratings", ["created_at"])
    op.create_index("ix_ratings_prompt_sha256", "ratings", ["prompt_sha256"])


def _of_item(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["prompt_sha256"], ["label_items.prompt_sha256"], name=f"fk_{table}_prompt_sha256")
