"""Tables of labelling. Labels and ratings are only added; prompts and comments are in `texts`, known by their hashes.

`label_items` keeps what the queue needs to be quick, `label_leads` which label counts, `label_holds` who looks at what:
all three follow from the rows that are only added, or matter for minutes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.columns import Utc
from feedback.tables import ID, NAME, SHA256, Base

WORD = 20
"""Characters of a verdict, a source, a kind."""


class LabelItem(Base):
    """A prompt to label, or that somebody labelled."""

    __tablename__ = "label_items"
    __table_args__ = (
        Index("ix_label_items_queue", "open", "assigned", "random", "place", "prompt_sha256"),
        Index("ix_label_items_state", "open", "wanted", "scored"),
    )

    prompt_sha256: Mapped[str] = mapped_column(String(SHA256), primary_key=True)
    importer: Mapped[str] = mapped_column(String(NAME))
    origin: Mapped[str] = mapped_column(String(NAME), index=True)
    prompt_characters: Mapped[int]
    random: Mapped[bool]
    place: Mapped[float]  # in its part of the queue, lowest first
    uncertainty: Mapped[float | None]
    disagreement: Mapped[float | None]
    scored: Mapped[bool]
    wanted: Mapped[int]  # annotators; 0 keeps it out of the queue
    assigned: Mapped[bool]
    given: Mapped[int]  # annotators who answered
    open: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Utc)


class LabelAssignment(Base):
    """Who should label a prompt; without any it is anybody's. Every annotator's own queue."""

    __tablename__ = "label_assignments"
    __table_args__ = (Index("ix_label_assignments_queue", "annotator", "waiting", "random", "place", "prompt_sha256"),)

    prompt_sha256: Mapped[str] = mapped_column(ForeignKey(LabelItem.prompt_sha256), primary_key=True)
    annotator: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    random: Mapped[bool]
    place: Mapped[float]
    waiting: Mapped[bool]


class LabelHold(Base):
    """Who was handed a prompt and may answer until when."""

    __tablename__ = "label_holds"

    prompt_sha256: Mapped[str] = mapped_column(ForeignKey(LabelItem.prompt_sha256), primary_key=True)
    annotator: Mapped[str] = mapped_column(String(NAME), primary_key=True, index=True)
    until: Mapped[datetime] = mapped_column(Utc)


class LabelRow(Base):
    """What somebody said of a prompt, once."""

    __tablename__ = "labels"
    __table_args__ = (
        CheckConstraint("verdict IN ('route', 'unsure', 'skip', 'discard', 'undo')", name="verdict"),
        CheckConstraint("source IN ('people', 'adjudicated', 'correction', 'judge')", name="source"),
        CheckConstraint("(verdict = 'route') = (tier IS NOT NULL)", name="tier_of_route"),
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index(None, "annotator", "number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(ID), unique=True)
    prompt_sha256: Mapped[str] = mapped_column(ForeignKey(LabelItem.prompt_sha256), index=True)
    annotator: Mapped[str] = mapped_column(String(NAME))
    source: Mapped[str] = mapped_column(String(WORD))
    verdict: Mapped[str] = mapped_column(String(WORD))
    tier: Mapped[int | None]
    comment_sha256: Mapped[str | None] = mapped_column(String(SHA256))
    rating: Mapped[int | None]
    panel_shown: Mapped[bool]
    seconds: Mapped[float | None]
    imported_by: Mapped[str | None] = mapped_column(String(NAME))  # of a file; empty where somebody labelled here
    router: Mapped[str] = mapped_column(String(NAME))
    version: Mapped[str] = mapped_column(String(ID))
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)


class LabelLead(Base):
    """The latest label of an annotator on a prompt: the one that counts, unless it is an undo."""

    __tablename__ = "label_leads"
    __table_args__ = (Index(None, "annotator", "source", "number"), Index(None, "annotator", "source", "verdict"))

    prompt_sha256: Mapped[str] = mapped_column(ForeignKey(LabelItem.prompt_sha256), primary_key=True)
    source: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    annotator: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey(LabelRow.number))
    verdict: Mapped[str] = mapped_column(String(WORD))
    tier: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Utc)


class RatingRow(Base):
    """What somebody thinks of an answer or of a decision."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("kind IN ('completion', 'decision')", name="kind"),
        CheckConstraint("thumb IN ('up', 'down')", name="thumb"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index(None, "kind", "subject", "router", "author", "number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(ID), unique=True)
    kind: Mapped[str] = mapped_column(String(WORD))
    subject: Mapped[str] = mapped_column(String(ID))
    author: Mapped[str] = mapped_column(String(NAME))
    thumb: Mapped[str | None] = mapped_column(String(WORD))
    stars: Mapped[int | None]
    comment_sha256: Mapped[str | None] = mapped_column(String(SHA256))
    prompt_sha256: Mapped[str] = mapped_column(String(SHA256), index=True)
    llm: Mapped[str] = mapped_column(String(NAME))
    router: Mapped[str] = mapped_column(String(NAME))
    version: Mapped[str] = mapped_column(String(ID))
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)
