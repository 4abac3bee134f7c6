"""Of a label that came in a file, who imported it: the name in the file is whatever its author wrote there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("labels", sa.Column("imported_by", sa.String(length=200), nullable=True))
