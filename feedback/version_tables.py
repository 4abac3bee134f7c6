"""Tables of learnt versions. Rows are only added: which version is active follows from the switches, in their order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback.columns import Utc
from feedback.tables import ID, NAME, SHA256, Base

WORD = 20
"""Characters of a kind, a slot, an action."""


class VersionRow(Base):
    """What a router learnt from labels, once."""

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("router", "number"),
        CheckConstraint("kind IN ('threshold', 'head', 'references', 'votes')", name="kind"),
    )

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    router: Mapped[str] = mapped_column(String(NAME))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(WORD))
    base_version: Mapped[str] = mapped_column(String(ID))
    parameters: Mapped[str] = mapped_column(Text)  # JSON as text: its hash must not depend on the database
    arrays: Mapped[bytes] = mapped_column(LargeBinary)
    card: Mapped[str] = mapped_column(Text)
    report: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(SHA256))
    labels: Mapped[int]
    labels_sha256: Mapped[str] = mapped_column(String(SHA256))
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)
    created_by: Mapped[str] = mapped_column(String(NAME))
    created_by_name: Mapped[str] = mapped_column(String(NAME))


class VersionSwitch(Base):
    """Somebody put a version into the panel, took one out, or went back to what was there before."""

    __tablename__ = "version_switches"
    __table_args__ = (
        CheckConstraint("slot IN ('active', 'beside')", name="slot"),
        CheckConstraint("action IN ('put', 'back')", name="action"),
        Index(None, "router", "slot", "number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(ID), unique=True)
    router: Mapped[str] = mapped_column(String(NAME))
    slot: Mapped[str] = mapped_column(String(WORD))
    action: Mapped[str] = mapped_column(String(WORD))
    version_id: Mapped[str | None] = mapped_column(ForeignKey(VersionRow.id))
    created_at: Mapped[datetime] = mapped_column(Utc)
    created_by: Mapped[str] = mapped_column(String(NAME))
    created_by_name: Mapped[str] = mapped_column(String(NAME))


class VersionPick(Base):
    """Which router was followed while weights were learnt, and with what probability it had been drawn."""

    __tablename__ = "version_picks"

    version_id: Mapped[str] = mapped_column(ForeignKey(VersionRow.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prompt_sha256: Mapped[str] = mapped_column(String(SHA256))
    router: Mapped[str] = mapped_column(String(NAME))
    propensity: Mapped[float]
    right: Mapped[bool]
