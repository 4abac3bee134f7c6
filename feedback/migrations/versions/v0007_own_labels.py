"""How many prompts somebody has labelled is read from an index: it is shown after every label."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the index."""
    op.create_index("ix_label_leads_annotator_source_verdict", "label_leads", ["annotator", "source", "verdict"])
