"""What a reader says of a decision or an answer, as the page sent it, and what the page is told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from errors import BadInputError, PlaygroundError
from feedback.label_records import MAX_COMMENT_CHARACTERS, Thumb
from feedback.resolved_label import TIERS

_MAX_ID_CHARACTERS = 64
_ID_DIGITS = 40
_STARS = range(1, 6)
_NONSENSE = ("The page sent something that is no feedback.", "Reload the page and try again.")

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader says.

    Attributes:
        id: Made by the page, the same for every try to send it.
        thumb, stars, comment: A rating; none of the three takes back what was said before.
        tier: The route that the prompt should have got, 1 to 3; None if this is a rating.
        undo: Whether a correction is taken back.
        consent: Whether the prompt's text may be kept with a correction.
        withdraw: Whether the text that was kept with an earlier one goes.
    """

    id: str
    thumb: Thumb | None = None
    stars: int | None = None
    comment: str = ""
    tier: int | None = None
    undo: bool = False
    consent: bool = False
    withdraw: bool = False

    @property
    def correction(self) -> bool:
        """Whether it is about the route."""
        return self.tier is not None or self.undo


@dataclass(frozen=True, slots=True)
class Told:
    """What the page is told: that it is kept, or why not.

    Attributes:
        id: Of what was said.
        text: One or two sentences.
        kept: Whether it is safe on disk.
    """

    id: str
    text: str
    kept: bool

    @classmethod
    def failed(cls, said_id: str, error: PlaygroundError) -> Told:
        """That it was not kept, and how to mend it."""
        return cls(said_id, f"Not saved: {error.what} {error.mend}", kept=False)


def said_id(fields: Fields) -> str:
    """The id that the page gave, to answer it by; '' if it gave none."""
    found = fields.get("id")
    return found if isinstance(found, str) and 0 < len(found) <= _MAX_ID_CHARACTERS else ""


def read_said(fields: Fields) -> Said:
    """What the page sent.

    Raises:
        BadInputError: It is not what our page sends, or the comment is too long.
    """
    thumb, stars, tier, comment = (fields.get(name) for name in ("thumb", "stars", "tier", "comment"))
    fits = (
        said_id(fields),
        thumb in {None, "up", "down"},
        stars is None or (type(stars) is int and stars in _STARS),
        tier is None or (type(tier) is int and tier in TIERS),
        comment is None or isinstance(comment, str),
    )
    if not all(fits):
        raise BadInputError(*_NONSENSE)
    text = cast("str", comment or "")
    if len(text) > MAX_COMMENT_CHARACTERS:
        raise BadInputError(
            f"The comment has {len(text):,} characters.", f"The limit is {MAX_COMMENT_CHARACTERS:,}: shorten it."
        )
    return Said(
        id=said_id(fields),
        thumb=cast("Thumb | None", thumb),
        stars=cast("int | None", stars),
        comment=text,
        tier=cast("int | None", tier),
        undo=fields.get("undo") is True,
        consent=fields.get("consent") is True,
        withdraw=fields.get("withdraw") is True,
    )


def row_id(author: str, said: str) -> str:
    """Key of a row: the same for every try, and nobody can make another author's."""
    return hashlib.sha256(f"{author}\n{said}".encode("utf-8", "replace")).hexdigest()[:_ID_DIGITS]
