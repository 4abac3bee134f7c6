"""Runs migrations on the connection that `feedback.schema` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

import feedback.copy_tables
import feedback.judge_tables
import feedback.label_tables
import feedback.usage_tables
import feedback.version_tables  # noqa: F401  its tables belong to the metadata
from feedback.schema import VERSION_TABLE
from feedback.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
