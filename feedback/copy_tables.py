"""Tables of the copy on the Hub: which rows it has, and which dataset it is."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.tables import Base

TABLE, KEY, DIGEST, VALUE = 40, 600, 32, 200
"""Characters of columns."""


class CopiedRow(Base):
    """A row that the copy has, or may have: without a digest it was on its way when the app ended."""

    __tablename__ = "copied_rows"

    table_name: Mapped[str] = mapped_column(String(TABLE), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY), primary_key=True)
    digest: Mapped[str] = mapped_column(String(DIGEST))


class CopyFact(Base):
    """Something about the copy as a whole."""

    __tablename__ = "copy_facts"

    name: Mapped[str] = mapped_column(String(TABLE), primary_key=True)
    value: Mapped[str] = mapped_column(String(VALUE))
