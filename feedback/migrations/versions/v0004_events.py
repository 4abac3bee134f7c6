"""What was decided and what it cost, for the Usage page."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the tables."""
