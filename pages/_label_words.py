"""What can be said of a prompt on the Label page, and when to say it."""

from __future__ import annotations

from dataclasses import dataclass

from errors import BadInputError
from feedback.label_records import LabelVerdict
from feedback.resolved_label import TIER_NAMES, TIERS


@dataclass(frozen=True, slots=True)
class TierChoice:
    """One of the three big buttons.

    Attributes:
        tier: 1 to 3, cheapest first; also its key.
        title: Name of the route.
        when: When to choose it, one line.
        guide: The same for the guidelines, with examples.
    """

    tier: int
    title: str
    when: str
    guide: str


@dataclass(frozen=True, slots=True)
class OtherChoice:
    """What else can be said.

    Attributes:
        choice: Verdict that is kept.
        key: Its key.
        title: Name of the button.
        when: When to choose it, one line.
    """

    choice: LabelVerdict
    key: str
    title: str
    when: str


_WHEN = (
    "A small, cheap LLM answers this well.",
    "It takes a good all-round LLM.",
    "It takes many steps of thinking, or deep expertise.",
)
_GUIDE = (
    "Small talk, plain facts, short rewriting, translating a sentence, extracting what is there.",
    "Everyday code, summaries of long texts, advice, explanations, careful or creative writing.",
    "Proofs, hard mathematics, debugging with hidden causes, plans with many constraints, expert judgement.",
)

TIER_CHOICES = tuple(
    TierChoice(tier, name.capitalize(), when, guide)
    for tier, name, when, guide in zip(TIERS, TIER_NAMES, _WHEN, _GUIDE, strict=True)
)
OTHER_CHOICES = (
    OtherChoice("unsure", "u", "Unsure", "You have read it and cannot tell."),
    OtherChoice("skip", "s", "Skip", "Not for you, for example a language that you do not read; others get it."),
    OtherChoice("discard", "d", "Discard", "Nobody should label it: private data, broken text, no question at all."),
)

RATING = "How sure are you?"
RATINGS = range(1, 6)
CONSENT = (
    "Kept with your label: your pseudonym, comment, how sure you are and how long you took. "
    "No name, no address. Others may read comments."
)


def read_choice(sent: object) -> tuple[LabelVerdict, int | None]:
    """Verdict and tier of what the page sent.

    Raises:
        BadInputError: It is none of the buttons.
    """
    for choice in TIER_CHOICES:
        if sent == str(choice.tier):
            return "route", choice.tier
    for other in OTHER_CHOICES:
        if sent == other.choice:
            return other.choice, None
    raise BadInputError("The page sent no label that is known.", "Reload the page and try again.")


def choice_of(verdict: LabelVerdict, tier: int | None) -> str:
    """The button behind a label, as `read_choice` takes it."""
    return str(tier) if verdict == "route" else verdict


def title_of(verdict: LabelVerdict, tier: int | None) -> str:
    """A label in words, such as `2 · General` or `Unsure`."""
    if verdict == "route" and tier is not None:
        return f"{tier} · {TIER_CHOICES[tier - 1].title}"
    return next((other.title for other in OTHER_CHOICES if other.choice == verdict), verdict)
