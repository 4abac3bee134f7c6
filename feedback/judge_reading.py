"""Reads what a judge wrote: a rating with its reason, or nothing. What cannot be read is never made up."""

from __future__ import annotations

import json
from dataclasses import dataclass

from feedback.judge_rubric import RATINGS

RATIONALE_CHARACTERS = 2_000
_THOUGHT = "</think>"
"""Ends what LLMs behind some servers think aloud in front of their answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A judge's word on one answer.

    Attributes:
        rating: 1 to 5.
        rationale: Why, in its words; may be empty.
    """

    rating: int
    rationale: str


def read_rating(text: str) -> Reading | None:
    """The rating in a judge's answer; None where there is none that can be trusted.

    The answer must hold one JSON object, perhaps fenced as code or with words around it, whose `rating` is a whole
    number from 1 to 5. Nothing is looked for outside of it: a number in a sentence may be about anything.

    Args:
        text: What the judge wrote.
    """
    fields = _object(text)
    if fields is None:
        return None
    rating, rationale = fields.get("rating"), fields.get("rationale", "")
    if isinstance(rating, bool) or not isinstance(rating, int | float) or rating not in RATINGS:
        return None
    said = " ".join(rationale.split()) if isinstance(rationale, str) else ""
    return Reading(int(rating), said[:RATIONALE_CHARACTERS])


def _object(text: str) -> dict[str, object] | None:
    text = text.rpartition(_THOUGHT)[2]
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):  # the latter of JSON in too many brackets
        return None
    return found if isinstance(found, dict) else None
