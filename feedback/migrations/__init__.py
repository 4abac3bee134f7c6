"""Alembic's migrations of the feedback database; `feedback.schema` runs them."""

from __future__ import annotations
