"""Prompts on which people differ, and the buttons that settle them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errors import BadInputError
from feedback.annotator_names import shown_name
from feedback.label_records import Conflict, Label
from feedback.visitor import Visitor
from pages._label_words import TIER_CHOICES, title_of
from pages._templates import render

if TYPE_CHECKING:
    from feedback.label_store import LabelStore

SHOWN = 50
"""Conflicts at a time; settled ones make room for the next."""

LONGEST = 2_000
"""Characters of a prompt that are shown at once; the whole of a longer one opens on a click."""

NAMED = 60
"""Characters by which a prompt is named once it is settled."""

DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Said:
    """One person's label on a prompt, as it is shown."""

    who: str
    mine: bool
    tier: int
    title: str
    rating: int
    comment: str
    saw_panel: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """One prompt on which people differ, as it is shown.

    Attributes:
        id: Hash of the prompt.
        prompt: Its text, cut where it is long; '' where it was deleted.
        whole: All of it where it is long; else ''.
        said: Everybody's label.
        settled: What settled it; None while it is open.
    """

    id: str
    prompt: str
    whole: str
    said: tuple[Said, ...]
    settled: Said | None


def dispute_of(conflict: Conflict, viewer: str) -> Dispute:
    """A conflict as one visitor sees it.

    Args:
        conflict: As the store has it.
        viewer: Pseudonym of the visitor.
    """
    prompt = conflict.prompt or ""
    return Dispute(
        id=conflict.prompt_sha256,
        prompt=prompt[:LONGEST],
        whole=prompt if len(prompt) > LONGEST else "",
        said=tuple(_said(label, viewer) for label in conflict.labels),
        settled=_said(conflict.adjudication, viewer) if conflict.adjudication else None,
    )


def settle(store: LabelStore, visitor: Visitor, sent: Mapping[str, object]) -> str:
    """Settles the conflict that the page names; returns its prompt's hash.

    Raises:
        PlaygroundError: It cannot be settled so, or not at the moment.
    """
    tier = {str(choice.tier): choice.tier for choice in TIER_CHOICES}.get(str(sent.get("choice")))
    if tier is None and sent.get("choice") != DISCARD:
        raise BadInputError("The page sent no decision that is known.", "Reload the page and try again.")
    fields = {name: str(sent.get(name) or "") for name in ("item", "id", "comment")}
    store.adjudicate(fields["item"], visitor.author, tier, comment=fields["comment"], label_id=fields["id"] or None)
    return fields["item"]


def conflicts_html(store: LabelStore, visitor: Visitor, just: str = "") -> str:
    """All open conflicts with their buttons, and what was settled before.

    Args:
        store: Knows them.
        visitor: Who is looking.
        just: Hash of the prompt that they have just settled; '' where they did not.
    """
    still_open = store.conflicts(limit=SHOWN)
    settled = store.conflicts(settled=True, limit=SHOWN)
    return render(
        "label_conflicts.html",
        disputes=[dispute_of(conflict, visitor.author) for conflict in still_open],
        settled=[dispute_of(conflict, visitor.author) for conflict in settled],
        tiers=TIER_CHOICES,
        most=SHOWN,
        told=_told(next((one for one in settled if one.prompt_sha256 == just), None)) if just else "",
    )


def _told(settled: Conflict | None) -> str:
    """What became of a conflict; None is one of many, which is not listed any more."""
    if settled is None or settled.adjudication is None:
        return "The prompt is settled."
    text = " ".join((settled.prompt or "").split())
    named = f"“{text[:NAMED].rstrip()}{' …' if len(text) > NAMED else ''}”" if text else "The prompt"
    made = settled.adjudication
    if made.tier is None:
        return f"{named} is discarded: no router learns from it."
    return f"{named} is settled as {title_of(made.verdict, made.tier)}."


def _said(label: Label, viewer: str) -> Said:
    return Said(
        who=shown_name(label.annotator),
        mine=label.annotator == viewer,
        tier=label.tier or 0,
        title=title_of(label.verdict, label.tier),
        rating=label.rating or 0,
        comment=label.comment,
        saw_panel=label.panel_shown,
    )
