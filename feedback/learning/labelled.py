"""Labels to learn from and labels to measure with, split by question; and whether there are enough of both."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.split import N_PARTS, TEST_PARTS, question_key
from errors import BadInputError, PlaygroundError
from feedback.resolved_label import TIER_NAMES, TIERS, ResolvedLabel
from router_models.prompts import clean_prompt

N_FOLDS = 5
HELD_OUT_SHARE = len(TEST_PARTS) / N_PARTS
CHEAPEST = 1


class TooFewLabelsError(BadInputError):
    """There are too few labels to learn from, or to measure what was learnt."""


@dataclass(frozen=True, slots=True)
class Fewest:
    """Fewest labels with which something can be learnt and measured.

    Attributes:
        learning: To learn from.
        held_out: To measure with.
        learning_each: Of each class to learn from.
        held_out_each: Of each class to measure with.
    """

    learning: int
    held_out: int
    learning_each: int
    held_out_each: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """About how many more labels it takes.

    Attributes:
        total: Altogether; 0 if there are enough.
        of_classes: Of these at least so many of a class, by its name for people.
    """

    total: int
    of_classes: Mapping[str, int]

    def __bool__(self) -> bool:
        """Whether anything is missing."""
        return self.total > 0

    @property
    def among_them(self) -> str:
        """Classes that are missing, as the end of a clause; '' where only the number counts."""
        named = [f"{count} “{name}”" for name, count in self.of_classes.items()]
        return f", at least {' and '.join(named)}" if named else ""


@dataclass(frozen=True, eq=False)
class LabelledPrompts:
    """Some labels, as arrays of n.

    Attributes:
        labels: The labels.
        prompts: Their prompts as routers read them.
        tiers: The cheapest tier that suffices, 1 to 3, (n,).
    """

    labels: tuple[ResolvedLabel, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """The texts."""
        return tuple(clean_prompt(label.prompt) for label in self.labels)

    @cached_property
    def tiers(self) -> NDArray[np.int64]:
        """Tiers, (n,)."""
        return np.array([label.tier for label in self.labels], dtype=np.int64)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """A number per distinct question, (n,)."""
        numbers: dict[str, int] = {}
        keys = [question_key(prompt) for prompt in self.prompts]
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)

    @cached_property
    def folds(self) -> NDArray[np.int64]:
        """Part of a cross-validation, 0 to 4, (n,); equal questions are in the same part."""
        return np.array([int(question_key(prompt), 16) // N_PARTS % N_FOLDS for prompt in self.prompts], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Split:
    """Labels to learn from and labels held out.

    Attributes:
        learning: In the order in which they were given.
        held_out: To measure with; none of their questions is in `learning`.
        random: Whether the held-out prompts came up at random, so that they stand for all prompts.
        unusable: Labels whose prompt is not kept or cannot be routed.
    """

    learning: LabelledPrompts
    held_out: LabelledPrompts
    random: bool
    unusable: int

    @property
    def used(self) -> tuple[ResolvedLabel, ...]:
        """All labels that count."""
        return (*self.learning.labels, *self.held_out.labels)

    @property
    def labels_sha256(self) -> str:
        """Hash of which prompts were labelled how, whatever their order."""
        lines = sorted(f"{label.prompt_sha256} {label.tier}" for label in self.used)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def split_labels(labels: Sequence[ResolvedLabel], fewest: Fewest, classes: int = 2) -> Split:
    """Splits labels by the project's split rule, so that equal questions fall on the same side.

    Held out are the random ones of the test side if these are enough; else all of the test side, which then leans
    towards prompts on which routers disagree. Of labels on the same prompt the latest counts.

    Args:
        labels: What annotators agree on.
        fewest: How many there must be.
        classes: 2 where only the cheapest tier is told from the others, 3 where each tier must be there.

    Raises:
        TooFewLabelsError: There are fewer; it says how many are missing, and of which class.
    """
    usable = _usable(labels)
    held = [label for label in usable if _is_held_out(label)]
    learning = [label for label in usable if not _is_held_out(label)]
    drawn = [label for label in held if label.random]
    random = not _missing(drawn, fewest.held_out, fewest.held_out_each, classes)
    measured = drawn if random else held
    lacking = _lacking(learning, measured, fewest, classes)
    if lacking:
        raise TooFewLabelsError(
            f"There are too few labels: {len(learning)} to learn from and {len(measured)} to measure with.",
            f"Label about {lacking.total} prompts{lacking.among_them} more.",
        )
    return Split(LabelledPrompts(tuple(learning)), LabelledPrompts(tuple(measured)), random, len(labels) - len(usable))


def enough(labels: Sequence[ResolvedLabel], fewest: Fewest, classes: int = 2) -> Lacking:
    """What is missing; nothing if there are enough labels."""
    usable = _usable(labels)
    held = [label for label in usable if _is_held_out(label)]
    return _lacking([label for label in usable if not _is_held_out(label)], held, fewest, classes)


def _usable(labels: Sequence[ResolvedLabel]) -> list[ResolvedLabel]:
    latest = {label.prompt_sha256: label for label in sorted(labels, key=_when)}
    return [label for label in sorted(latest.values(), key=_when) if _readable(label.prompt) and label.tier in TIERS]


def _when(label: ResolvedLabel) -> tuple[float, str]:
    return label.created_at.timestamp(), label.prompt_sha256


def _readable(prompt: str) -> bool:
    try:
        clean_prompt(prompt)
    except PlaygroundError:
        return False
    return True


def _is_held_out(label: ResolvedLabel) -> bool:
    return int(question_key(clean_prompt(label.prompt)), 16) % N_PARTS in TEST_PARTS


def class_of(tier: int, classes: int) -> int:
    """Class of a tier, from 0: with two classes the cheapest tier, and the others."""
    return tier - 1 if classes == len(TIERS) else int(tier > CHEAPEST)


def class_names(classes: int) -> tuple[str, ...]:
    """Names of the classes for people."""
    return TIER_NAMES if classes == len(TIERS) else (TIER_NAMES[0], " or ".join(TIER_NAMES[1:]))


def _missing(labels: Sequence[ResolvedLabel], at_least: int, each: int, classes: int) -> dict[int | None, int]:
    """How many labels are missing altogether (None), and by class."""
    counts = Counter(class_of(label.tier, classes) for label in labels)
    missing: dict[int | None, int] = {name: each - counts[name] for name in range(classes)}
    missing[None] = at_least - len(labels)
    return {name: count for name, count in missing.items() if count > 0}


def _lacking(
    learning: Sequence[ResolvedLabel], held_out: Sequence[ResolvedLabel], fewest: Fewest, classes: int
) -> Lacking:
    """About how many more labels it takes; more than are missing, because a new one may fall on the other side."""
    sides = (
        (_missing(learning, fewest.learning, fewest.learning_each, classes), 1 - HELD_OUT_SHARE),
        (_missing(held_out, fewest.held_out, fewest.held_out_each, classes), HELD_OUT_SHARE),
    )
    wanted: dict[int | None, int] = {}
    for missing, share in sides:
        for name, count in missing.items():
            wanted[name] = max(wanted.get(name, 0), math.ceil(count / share))
    of_classes = {class_names(classes)[name]: count for name, count in wanted.items() if name is not None}
    return Lacking(max(wanted.get(None, 0), sum(of_classes.values())), of_classes)
