"""What holds for many cards and is said once above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pages._cards import DecisionCard

MANY = 3
"""So many cards with the same warning share it above the board."""


@dataclass(frozen=True, slots=True)
class BoardNotes:
    """What is said once.

    Attributes:
        far: How many routers find the prompt far from their training prompts; 0 where it is not most of them.
        known: How many can tell.
        shared: Warnings that several cards have in common, with the number of those cards.
    """

    far: int = 0
    known: int = 0
    shared: Mapping[str, int] = field(default_factory=dict)


def board_notes(cards: Sequence[DecisionCard]) -> BoardNotes:
    """Collects what the cards have in common."""
    known = [card for card in cards if card.decision.novelty_percentile is not None]
    far = sum(card.far for card in known)
    counts = Counter(warning for card in cards for warning in card.own_warnings)
    shared = {warning: count for warning, count in counts.items() if count >= MANY}
    return BoardNotes(far if far >= MANY and 2 * far > len(known) else 0, len(known), shared)
