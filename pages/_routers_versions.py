"""Two versions of a router side by side: their figures, and what they decide differently."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errors import BadInputError, UnavailableError
from feedback.learning.version_card import DATASET
from feedback.version_records import Standing, VersionFacts
from pages._compare_voting import OpenStore
from router_models import Decision, RouterPanel
from router_models.base import Router
from router_models.card import Figure, RouterCard
from router_models.prompts import clean_prompt

if TYPE_CHECKING:
    from feedback.version_store import VersionStore

SHIPPED = "shipped"
"""Stands for the version that ships, in the place of a version's id."""

MOST_PROMPTS = 40
_COMPARING = threading.Lock()  # two versions on 40 prompts keep all cores busy: one comparison at a time

BEFORE = "before learning"
"""Under this name the card of a learnt version has the figure of the version that ships."""


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version to choose.

    Attributes:
        router: Id of its router.
        id: The version's, or `SHIPPED`.
        title: Name for people.
        more: Who let it learn, and when; ''.
        decides: Whether it stands in the router's place now.
    """

    router: str
    id: str
    title: str
    more: str
    decides: bool


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of both versions; None where a version was not measured so."""

    metric: str
    dataset: str
    split: str
    left: Figure | None
    right: Figure | None
    left_before: float | None = None
    right_before: float | None = None

    @property
    def same(self) -> bool:
        """Whether both have the very same figure."""
        return self.left is not None and self.left == self.right


@dataclass(frozen=True, slots=True)
class PromptRow:
    """What both decide for one prompt."""

    prompt: str
    left: Decision
    right: Decision

    @property
    def differs(self) -> bool:
        """Whether they pick different routes."""
        return self.left.route != self.right.route

    @property
    def moved(self) -> float:
        """How much more the right one wants to escalate, from −1 to 1."""
        return self.right.p_strong - self.left.p_strong


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of a router.

    Attributes:
        left: Card of the one.
        right: Card of the other.
        figures: Rows in the order of the cards.
        prompts: Those on which they differ come first.
    """

    left: RouterCard
    right: RouterCard
    figures: tuple[FigureRow, ...]
    prompts: tuple[PromptRow, ...]

    @property
    def differing(self) -> int:
        """On how many prompts they pick different routes."""
        return sum(row.differs for row in self.prompts)

    @property
    def same_scores(self) -> bool:
        """Whether they want to escalate every prompt equally much, so that thresholds alone tell them apart."""
        return all(row.moved == 0 for row in self.prompts)


class Versions:
    """The versions that there are, and what two of them do.

    Args:
        panel: The routers that ship, on which versions build.
        open_store: Gives the store of feedback.
    """

    def __init__(self, panel: RouterPanel, open_store: OpenStore) -> None:
        self._panel = panel
        self._open_store = open_store

    def choices(self) -> list[tuple[str, list[VersionChoice]]]:
        """By title of the router, the versions of each router that has learnt anything, the one that ships first.

        Raises:
            PlaygroundError: The store cannot be read.
        """
        store = self._store()
        standing, shipped = store.standing(), self._panel.line_up.shipped_routers
        grouped: dict[str, list[VersionChoice]] = {}
        for facts in sorted(store.versions(), key=_place):
            if facts.router in shipped:
                known = grouped.setdefault(facts.router, [_shipped(shipped[facts.router], standing)])
                known.append(_learnt(facts, standing))
        return [(shipped[name].title, grouped[name]) for name in shipped if name in grouped]

    def compared(self, router: str, left: str, right: str, prompts: Sequence[str]) -> Compared:
        """Two versions of a router, on prompts.

        Args:
            router: Its id.
            left: Id of a version, or `SHIPPED`.
            right: Another one.
            prompts: As typed; empty lines do not count.

        Raises:
            PlaygroundError: There are no such versions, they cannot run, or a prompt cannot be routed.
            UnavailableError: Another comparison runs in this process.
        """
        texts = list(dict.fromkeys(prompt.strip() for prompt in prompts if prompt.strip()))
        if left == right:
            raise BadInputError("Both sides are the same version.", "Choose two that differ.")
        if not texts:
            raise BadInputError("There is no prompt to compare them on.", "Type one or more, one a line.")
        if len(texts) > MOST_PROMPTS:
            raise BadInputError(f"{len(texts)} prompts are too many.", f"Give at most {MOST_PROMPTS}, one a line.")
        cleaned = [clean_prompt(text) for text in texts]
        if not _COMPARING.acquire(blocking=False):
            raise UnavailableError("Somebody is comparing versions right now.", "Try again in a moment.")
        try:
            routers = [self._router(router, version) for version in (left, right)]
            decided = [self._decisions(made, router, cleaned) for made in routers]
        finally:
            _COMPARING.release()
        rows = [PromptRow(prompt, one, other) for prompt, one, other in zip(cleaned, *decided, strict=True)]
        rows.sort(key=_same)
        cards = [made.card for made in routers]
        return Compared(cards[0], cards[1], figure_rows(*cards), tuple(rows))

    def _router(self, router: str, version: str) -> Router:
        from feedback.learning.learnt import learnt_router

        line_up = self._panel.line_up
        if version == SHIPPED:
            return line_up.shipped(router)
        kept = self._store().version(version)
        if kept.router != router:
            raise BadInputError("These are versions of different routers.", "Choose two versions of one router.")
        return learnt_router(kept, line_up)

    def _decisions(self, made: Router, name: str, prompts: Sequence[str]) -> list[Decision]:
        made.load()  # fails with its own reason, which a run of the panel would keep to itself
        replace = {name: made}
        runs = self._panel.run_batch(prompts, only=[name], replace=replace, novelty=False)
        decisions = [self._panel.decisions(run, replace=replace) for run in runs]
        if not all(decisions):
            gone = next(result for run in runs for result in run.unavailable)
            raise BadInputError(gone.what, gone.mend)
        return [found[0] for found in decisions]

    def _store(self) -> VersionStore:
        from feedback.version_store import VersionStore  # SQLAlchemy: not while the app starts

        return VersionStore(self._open_store().access)


def figure_rows(left: RouterCard, right: RouterCard) -> tuple[FigureRow, ...]:
    """The figures of two cards side by side; those of the same metric on the same data stand in one row."""
    sides = [{_measured_on(figure): figure for figure in card.figures} for card in (left, right)]
    rows = []
    for key in dict.fromkeys([*sides[1], *sides[0]]):
        one, other = (side.get(key) for side in sides)
        rows.append(FigureRow(*key, one, other, _before(one, other), _before(other, one)))
    return tuple(rows)


def _measured_on(figure: Figure) -> tuple[str, str, str]:
    """What and where a figure measures; of labels, each version holds out its own."""
    return figure.metric, figure.dataset, "" if figure.dataset == DATASET else figure.split


def _before(own: Figure | None, others: Figure | None) -> float | None:
    """What the version that ships reaches on the labels of the other, where it has no figure of its own."""
    return others.baselines.get(BEFORE) if own is None and others is not None else None


def _shipped(router: Router, standing: Standing) -> VersionChoice:
    decides = router.id not in standing.active
    return VersionChoice(router.id, SHIPPED, "as it ships", f"version {router.card.version}", decides)


def _learnt(facts: VersionFacts, standing: Standing) -> VersionChoice:
    by = f" by {facts.created_by_name}" if facts.created_by_name else ""
    more = f"{facts.labels:,} labels{by}, {facts.created_at:%Y-%m-%d}"
    return VersionChoice(facts.router, facts.id, facts.name, more, standing.active.get(facts.router) == facts.id)


def _place(facts: VersionFacts) -> tuple[str, int]:
    return facts.router, facts.number


def _same(row: PromptRow) -> tuple[bool, float]:
    return not row.differs, -abs(row.moved)
