"""What the Usage page shows, and which events count: sums that know no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from feedback.label_records import RatingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Which events count.

    Attributes:
        first: First day (UTC).
        last: Last day, included.
        router: Only this router; '' for all.
        llm: Only what this LLM was picked or asked for; '' for all.
        place: Only this page or endpoint; '' for all.
    """

    first: date
    last: date
    router: str = ""
    llm: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, in order of names, and the first day of all; None where nothing was counted yet."""

    routers: tuple[str, ...]
    llms: tuple[str, ...]
    places: tuple[str, ...]
    first: date | None


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over some events.

    Attributes:
        decisions: Events that a router decided.
        escalated: How many of them picked anything but the cheapest route.
        raised: How many of them were decided under a threshold that a used-up budget had raised.
        events: All events, those without a router among them.
        unpriced: How many of those have no amount.
        usd: Paid where LLMs answered here, else estimated.
        own_key_usd: The part of it that callers' own keys paid.
        router_usd: What routers themselves cost.
        saving_events: Decisions of which a saving can be said.
        baseline_usd: What the strongest LLMs of their pools would have cost for those.
        saving_usd: That less what was paid for them, less their routers' own cost.
    """

    decisions: int = 0
    escalated: int = 0
    raised: int = 0
    events: int = 0
    unpriced: int = 0
    usd: Decimal = Decimal(0)
    own_key_usd: Decimal = Decimal(0)
    router_usd: Decimal = Decimal(0)
    saving_events: int = 0
    baseline_usd: Decimal = Decimal(0)
    saving_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Thumbs:
    """Thumbs that stand, of one router or one LLM.

    Attributes:
        kind: Whether a router's decision was rated or an LLM's answer.
        router: Whose decision; '' of answers.
        llm: Which LLM answered or was picked; '' where none was named.
        up: How many thumbs point up.
        down: How many point down.
    """

    kind: RatingKind
    router: str
    llm: str
    up: int
    down: int

    @property
    def count(self) -> int:
        """Both together."""
        return self.up + self.down


Keyed = dict[tuple[Any, ...], Sums]
