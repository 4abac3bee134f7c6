"""Prompts, labels and ratings as rows of the tables, checked: what no page sends is refused here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import get_args

from sqlalchemy import RowMapping

from errors import BadInputError
from feedback.columns import storable
from feedback.label_records import (
    MAX_COMMENT_CHARACTERS,
    SECONDS_DIGITS,
    Label,
    LabelVerdict,
    Rating,
    RatingKind,
    Thumb,
)
from feedback.resolved_label import TIERS, Source
from feedback.rows import Row, sha256
from feedback.tables import ID, NAME, SHA256

RANDOM_SHARE = 0.2
"""Of the queue. Routers are measured on prompts that came up at random, and tuned where they differ."""

_DRAWS = 2**32
_STARS = range(1, 6)
_MAX_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Draw:
    """What chance says of a prompt, always the same: whether it is of the random part, and a number in [0, 1)."""

    random: bool
    number: float

    @classmethod
    def of(cls, prompt_sha256: str) -> Draw:
        """By a hash of the hash, so that nothing about the prompt plays into it."""
        digest = hashlib.sha256(f"queue:{prompt_sha256}".encode()).digest()
        share = int.from_bytes(digest[:4], "big") / _DRAWS
        return cls(share < RANDOM_SHARE, int.from_bytes(digest[4:8], "big") / _DRAWS)


def place_of(draw: Draw, priority: float | None = None) -> float:
    """Place in its part of the queue, lowest first: by chance, or scored ones by priority before all others.

    Args:
        draw: Of the prompt.
        priority: 0 to 1; None if the panel has not scored the prompt.
    """
    if draw.random:
        return draw.number
    return 1.0 + draw.number if priority is None else 1.0 - priority


def item_row(prompt: str, importer: str, origin: str, wanted: int, *, assigned: bool, created_at: datetime) -> Row:
    """A prompt of the queue; with nobody wanted it stays out of the queue."""
    digest = sha256(prompt)
    draw = Draw.of(digest)
    return {
        "prompt_sha256": digest,
        "importer": storable(importer, NAME),
        "origin": storable(origin, NAME),
        "prompt_characters": len(prompt),
        "random": draw.random,
        "place": place_of(draw),
        "uncertainty": None,
        "disagreement": None,
        "scored": False,
        "wanted": wanted,
        "assigned": assigned,
        "given": 0,
        "open": wanted > 0,
        "created_at": created_at,
    }


def assignment_rows(prompt_sha256: str, annotators: Collection[str], place: float | None = None) -> list[Row]:
    """A prompt in the own queues of these annotators."""
    draw = Draw.of(prompt_sha256)
    here = place_of(draw) if place is None else place
    return [
        {
            "prompt_sha256": prompt_sha256,
            "annotator": annotator,
            "random": draw.random,
            "place": here,
            "waiting": True,
        }
        for annotator in annotators
    ]


def label_row(label: Label) -> Row:
    """A label.

    Raises:
        BadInputError: It is no valid label.
    """
    check_author(label.annotator)
    _check_id(label.id)
    if label.verdict not in get_args(LabelVerdict) or label.source not in get_args(Source):
        raise BadInputError("This is not a label.", f"Choose one of: {', '.join(get_args(LabelVerdict))}.")
    if (label.verdict == "route") != (label.tier in TIERS) or (label.tier is not None and label.tier not in TIERS):
        raise BadInputError("A label that names a route needs its tier, and no other has one.", "Choose 1, 2 or 3.")
    if label.rating is not None and label.rating not in _STARS:
        raise BadInputError("That rating is not valid.", "Choose 1 to 5, or none.")
    if len(label.prompt_sha256) != SHA256:
        raise BadInputError("That is not the hash of a prompt.", "Load the prompt again.")
    return {
        "id": label.id,
        "prompt_sha256": label.prompt_sha256,
        "annotator": label.annotator,
        "source": label.source,
        "verdict": label.verdict,
        "tier": label.tier,
        "comment_sha256": _comment_sha256(label.comment),
        "rating": label.rating,
        "panel_shown": label.panel_shown,
        "seconds": None if label.seconds is None else round(min(max(label.seconds, 0.0), _MAX_SECONDS), SECONDS_DIGITS),
        "imported_by": None if label.imported_by is None else storable(label.imported_by, NAME),
        "router": storable(label.router, NAME),
        "version": storable(label.version, ID),
        "created_at": label.created_at,
    }


def as_label(row: RowMapping, comment: str) -> Label:
    """A row of labels as the label that was given."""
    names = (field.name for field in fields(Label) if field.name != "comment")
    return Label(**{name: row[name] for name in names}, comment=comment)


def rating_row(rating: Rating) -> Row:
    """A rating.

    Raises:
        BadInputError: It is no valid rating.
    """
    check_author(rating.author)
    _check_id(rating.id)
    _check_id(rating.subject)
    if rating.kind not in get_args(RatingKind) or (rating.thumb is not None and rating.thumb not in get_args(Thumb)):
        raise BadInputError("This is not a rating.", "Give a thumb, stars or a comment.")
    if rating.stars is not None and rating.stars not in _STARS:
        raise BadInputError("That number of stars is not valid.", "Choose 1 to 5, or none.")
    return {
        "id": rating.id,
        "kind": rating.kind,
        "subject": rating.subject,
        "author": rating.author,
        "thumb": rating.thumb,
        "stars": rating.stars,
        "comment_sha256": _comment_sha256(rating.comment),
        "prompt_sha256": storable(rating.prompt_sha256, SHA256),
        "llm": storable(rating.llm, NAME),
        "router": storable(rating.router, NAME),
        "version": storable(rating.version, ID),
        "created_at": rating.created_at,
    }


def text_row(text: str, author: str, created_at: datetime) -> Row:
    """A prompt or a comment, to be kept for its author."""
    return {"sha256": sha256(text), "author": author, "text": storable(text), "created_at": created_at}


def check_author(author: str) -> None:
    """Refuses what cannot be a pseudonym.

    Raises:
        BadInputError: It is empty, too long, or not storable.
    """
    if not 0 < len(author) <= NAME or storable(author) != author:
        raise BadInputError("Whoever says this has no valid name.", "Load the page again.")


def _check_id(text: str) -> None:
    if not 0 < len(text) <= ID or storable(text) != text:
        raise BadInputError("An id is not valid.", "Load the page again.")


def _comment_sha256(comment: str) -> str | None:
    if len(comment) > MAX_COMMENT_CHARACTERS:
        raise BadInputError(
            f"The comment has {len(comment):,} characters.", f"The limit is {MAX_COMMENT_CHARACTERS:,}: shorten it."
        )
    return sha256(comment) if comment.strip() else None
