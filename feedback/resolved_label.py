"""What labelling comes to: one prompt, and the tier of LLM that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Source = Literal["people", "adjudicated", "correction", "judge"]
"""Who said so: annotators, somebody who settled their conflict, a visitor who corrected a decision, a judge LLM."""

TIERS = (1, 2, 3)
"""Tiers of LLMs, cheapest first. For routers with two routes the cheapest tier is weak and both others are strong."""

TIER_NAMES = ("simple", "general", "reasoning")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLabel:
    """What those who labelled one prompt agree on.

    Attributes:
        prompt: Its text.
        prompt_sha256: Hash of the text, as the store keeps it.
        tier: The cheapest tier whose LLM suffices, 1 to 3.
        annotators: How many said so or were overruled.
        source: Who said so.
        random: Whether the prompt came up at random and not because routers disagreed: only such ones are fit to
            measure with.
        created_at: When the last of them said it, in UTC.
    """

    prompt: str = field(repr=False)
    prompt_sha256: str
    tier: int
    annotators: int
    source: Source
    random: bool
    created_at: datetime
