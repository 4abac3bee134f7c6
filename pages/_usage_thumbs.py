"""What people thought, as the Usage page shows it: one figure, and a table by router and LLM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.usage_drift import wilson
from feedback.usage_sums import Thumbs
from pages._templates import render
from pages._usage_view import Tile, share_in_words

MOST_ROWS = 50
_KINDS = {"decision": "Decisions", "completion": "Answers"}


@dataclass(frozen=True, slots=True)
class ThumbsRow:
    """A line of the table: whose thumbs, how many, and the share that point up with its 95 % interval."""

    kind: str
    router: str
    llm: str
    up: int
    down: int
    share: float
    low: float
    high: float


def thumbs_tile(found: Sequence[Thumbs]) -> Tile:
    """The share of thumbs that point up, with decisions and answers apart under it."""
    up, of = sum(one.up for one in found), sum(one.count for one in found)
    if not of:
        return Tile("thumbs", "Thumbs up", "–", small="nobody has rated anything")
    return Tile("thumbs", "Thumbs up", share_in_words(up, of), small="; ".join(_apart(found)))


def thumbs_html(found: Sequence[Thumbs]) -> str:
    """The table; a sentence where there are no thumbs."""
    rows = [_row(one) for one in found[:MOST_ROWS]]
    return render("usage_thumbs.html", rows=rows, left_out=len(found[MOST_ROWS:]))


def _apart(found: Sequence[Thumbs]) -> list[str]:
    said = []
    for kind, name in _KINDS.items():
        up = sum(one.up for one in found if one.kind == kind)
        down = sum(one.down for one in found if one.kind == kind)
        if up or down:
            said.append(f"{name.lower()} {up:,} up, {down:,} down")
    return said


def _row(one: Thumbs) -> ThumbsRow:
    share = wilson(one.up, one.count)
    return ThumbsRow(_KINDS[one.kind], one.router, one.llm, one.up, one.down, share.value, share.low, share.high)
