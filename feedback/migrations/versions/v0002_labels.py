"""Prompts to label, labels, and what people said of decisions and answers."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables."""
