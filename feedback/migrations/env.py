"""Runs migrations on the connection that `feedback.schema` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

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
