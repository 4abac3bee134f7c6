"""What labelling takes and gives: labels, ratings, prompts of the queue, progress. Nothing here knows a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from feedback.records import new_id, now
from feedback.resolved_label import Source

LabelVerdict = Literal["route", "unsure", "skip", "discard", "undo"]
"""A tier is named; cannot tell; not me, ask somebody else; no fit prompt at all; my label on it does not count."""

RatingKind = Literal["completion", "decision"]
Thumb = Literal["up", "down"]

MAX_COMMENT_CHARACTERS = 2_000
SECONDS_DIGITS = 1
"""Decimal places of how long somebody took: a browser measures more, and nobody can mean it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What somebody said of one prompt, once. Of the labels of one annotator on one prompt the latest leads.

    Attributes:
        id: Made by the caller, so that saving it twice is harmless.
        prompt_sha256: The prompt (`feedback.rows.sha256` of its text).
        annotator: A pseudonym; no name, no address. Of judge LLMs the id of the LLM.
        verdict: What was said.
        tier: The cheapest tier whose LLM suffices, 1 to 3; None unless the verdict is 'route'.
        comment: Free text, at most `MAX_COMMENT_CHARACTERS`; goes when its author's texts go.
        rating: How sure, or how good, 1 to 5; None where nobody asked.
        panel_shown: Whether the annotator saw the panel's decisions before.
        seconds: How long the annotator took; None where not measured.
        source: In what capacity it was said.
        imported_by: Of a label that came in a file the pseudonym of who imported it; None for all others.
        router: Of a correction the router that was corrected; else ''.
        version: Weights version of that router (`feedback.records.weights_version`).
    """

    id: str = field(default_factory=new_id)
    prompt_sha256: str
    annotator: str
    verdict: LabelVerdict = "route"
    tier: int | None = None
    comment: str = field(default="", repr=False)
    rating: int | None = None
    panel_shown: bool = False
    seconds: float | None = None
    source: Source = "people"
    imported_by: str | None = None
    router: str = ""
    version: str = ""
    created_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class StoredLabel:
    """A label as it was kept, with its full provenance.

    Attributes:
        number: Counts up; ask for labels after one you have.
        label: What was said; its comment is '' once deleted.
        leads: Whether it is the one that counts: the latest of its annotator on that prompt, and no undo.
        prompt: The text; None where it was not kept or was deleted.
        prompt_characters: Its length.
        importer: Who brought the prompt in.
        origin: Where from, such as a file's name.
        random: Whether the prompt is of the random share.
        imported_at: When it came in, in UTC.
    """

    number: int
    label: Label
    leads: bool
    prompt: str | None = field(repr=False)
    prompt_characters: int
    importer: str
    origin: str
    random: bool
    imported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedItem:
    """A prompt that is handed to one annotator, and held for them until `held_until`.

    Attributes:
        random: Whether it is of the random share.
        uncertainty: Of the panel, 0 to 1; None until it was computed.
        disagreement: Of the learnt routers among each other, 0 to 1; None until it was computed.
        given: How many annotators have labelled it.
        wanted: How many should.
    """

    prompt_sha256: str
    prompt: str = field(repr=False)
    random: bool
    uncertainty: float | None
    disagreement: float | None
    given: int
    wanted: int
    held_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A prompt that was imported or corrected, as it stands; see `QueuedItem`.

    Attributes:
        prompt: The text; None where it was not kept or was deleted.
        open: Whether annotators still get it.
    """

    prompt_sha256: str
    prompt: str | None = field(repr=False)
    prompt_characters: int
    importer: str
    origin: str
    random: bool
    uncertainty: float | None
    disagreement: float | None
    given: int
    wanted: int
    open: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """How many prompts were new to the queue, and how many it had already."""

    new: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and its prompt, held for the annotator again; None if its text was deleted meanwhile."""

    label: Label
    item: QueuedItem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where labelling stands.

    Attributes:
        total: Prompts of the queue, done ones included.
        done: Of these the ones that need no further label: enough were given, or it was discarded.
        mine: Prompts that this annotator has answered (skipped ones do not count).
        open_to_me: Whether there is anything left for this annotator.
        seconds_per_label: Median of those of this annotator's last fifty that were timed; None without any.
    """

    total: int
    done: int
    mine: int
    open_to_me: bool
    seconds_per_label: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A prompt on whose tier people differ.

    Attributes:
        prompt: The text; None where it was deleted.
        labels: Everybody's leading label, earliest first.
        adjudication: What settled it; None while it is open.
    """

    prompt_sha256: str
    prompt: str | None = field(repr=False)
    labels: tuple[Label, ...]
    adjudication: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What somebody thinks of an answer or of a decision; of one author on one subject the latest leads.

    Attributes:
        id: Made by the caller, so that saving it twice is harmless.
        kind: Of what.
        subject: Id of the completion, or of the run or request that the decision is of.
        author: A pseudonym.
        thumb, stars: Stars are 1 to 5. A rating without thumb, stars and comment takes back what was said before.
        comment: Free text, as in `Label`.
        prompt_sha256: Hash of the prompt; '' if not known.
        llm: Id of the LLM that answered or was picked.
        router: Of a decision the router; part of what is rated.
        version: Weights version of the router.
    """

    id: str = field(default_factory=new_id)
    kind: RatingKind
    subject: str
    author: str
    thumb: Thumb | None = None
    stars: int | None = None
    comment: str = field(default="", repr=False)
    prompt_sha256: str = ""
    llm: str = ""
    router: str = ""
    version: str = ""
    created_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class StoredRating:
    """A rating as it was kept; `number` counts up, `leads` says whether it counts: the latest, and not empty."""

    number: int
    rating: Rating
    leads: bool


@dataclass(frozen=True, slots=True)
class PanelScore:
    """What the panel's scores of a prompt mean for the queue: both 0 to 1, None where it refused the prompt."""

    prompt_sha256: str
    uncertainty: float | None
    disagreement: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """How much is kept.

    Attributes:
        items: Prompts by whether a text is kept: (with, without).
        open: Prompts that annotators still get.
        unscored: Prompts of the queue that the panel has not scored yet.
        labels: All labels ever given, undone and changed ones included.
        leading: Those that count, by source.
        ratings: All ratings ever given.
    """

    items: tuple[int, int]
    open: int
    unscored: int
    labels: int
    leading: dict[str, int]
    ratings: int
