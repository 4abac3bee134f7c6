"""Labels for tests: texts of our own from templates, whose needed tier depends on their topic, or on nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from feedback.resolved_label import ResolvedLabel, Source
from feedback.rows import sha256

FORMS = (
    "What should I know about {thing} in {place}?",
    "Please write two sentences on {thing}, as one finds it in {place}.",
    "My neighbour asked me about {thing}. What do I say? We live near {place}.",
    "Compare {thing} of this year with that of last year, for {place}.",
    "Somebody in {place} told me that {thing} is easy. Is that so?",
)
PLACES = ("Turku", "Porto", "Leipzig", "Quito", "Nagoya", "Tunis", "Hobart")
TOPICS = {
    1: ("sour cherry jam", "baking rye bread", "pickled cucumbers", "a lentil soup", "frying fresh herring"),
    2: ("the tram timetable", "a ferry ticket", "parking a bicycle", "a delayed night train", "the airport bus"),
    3: ("pruning old roses", "greenfly on tomatoes", "compost for tulips", "sowing wild meadows", "moss in a lawn"),
}
"""No router that ships has reason to send bread, trams and roses to different tiers."""

FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)


def prompts() -> list[tuple[str, int]]:
    """Every text with the tier that its topic needs, in an order that says nothing."""
    texts = [
        (form.format(thing=thing, place=place), tier)
        for tier, things in TOPICS.items()
        for form, thing, place in product(FORMS, things, PLACES)
    ]
    random.Random(0).shuffle(texts)
    return texts


def labels_of(
    texts: Sequence[tuple[str, int]], source: Source = "people", drawn: bool = True, annotators: int = 2
) -> list[ResolvedLabel]:
    """Texts with their tiers as labels."""
    return [
        ResolvedLabel(
            prompt=text,
            prompt_sha256=sha256(text),
            tier=tier,
            annotators=annotators,
            source=source,
            random=drawn,
            created_at=FIRST_DAY + timedelta(minutes=number),
        )
        for number, (text, tier) in enumerate(texts)
    ]


def by_topic(count: int, noise: float = 0.0, seed: int = 1) -> list[ResolvedLabel]:
    """Labels that follow the topic, but for a share of them."""
    chance = random.Random(seed)
    texts = prompts()[:count]
    return labels_of([(text, chance.choice((1, 2, 3)) if chance.random() < noise else tier) for text, tier in texts])


def at_random(count: int, seed: int) -> list[ResolvedLabel]:
    """Labels that follow nothing."""
    chance = random.Random(seed)
    texts = prompts()
    chance.shuffle(texts)
    return labels_of([(text, chance.choice((1, 2, 3))) for text, _ in texts[:count]])
