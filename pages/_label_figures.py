"""How well people agree, in words: each measure with its interval and one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.bootstrap import Estimate
from feedback.agreement import Agreement, PairAgreement, agreement
from feedback.annotator_names import shown_name
from feedback.visitor import Visitor
from pages._templates import render

if TYPE_CHECKING:
    from feedback.label_store import LabelStore

FEW = 30
"""Prompts below which an interval is too wide to decide much."""

MAYBE_CHANCE = "This may be chance: the interval holds 0."

_WORDS = (
    (0.0, "No agreement beyond chance"),
    (0.2, "Slight agreement"),
    (0.4, "Fair agreement"),
    (0.6, "Moderate agreement"),
    (0.8, "Substantial agreement"),
)
"""Upper bounds by Landis and Koch, The Measurement of Observer Agreement for Categorical Data, Biometrics 33, 1977."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as it is shown.

    Attributes:
        name: What it is called.
        value: The figure with its interval; '' where nothing can be said.
        sentence: What it says.
    """

    name: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people as they are shown."""

    first: str
    second: str
    prompts: int
    same: float
    kappa: Measure


def in_words(value: float) -> str:
    """A kappa or an alpha as the field calls it, such as `Moderate agreement`."""
    return next((word for bound, word in _WORDS if value <= bound), "Almost perfect agreement")


def measures_of(found: Agreement) -> list[Measure]:
    """The measures over all people, the one to look at first."""
    by_rank = "1 and 3 count as farther apart than 1 and 2; prompts that some left out count too."
    alike = "Any two different tiers count alike; prompts that some left out count too."
    fleiss = "How much more often two labels of a prompt are the same than by chance, whoever gave them."
    given = (
        ("Krippendorff's alpha, ordinal", found.alpha_ordinal, by_rank),
        ("Krippendorff's alpha, nominal", found.alpha_nominal, alike),
        ("Fleiss' kappa", found.fleiss, fleiss),
    )
    return [_measure(name, estimate, sentence) for name, estimate, sentence in given if estimate is not None]


def pairs_of(found: Agreement, viewer: str) -> list[Pair]:
    """Everybody with everybody with whom they share prompts, by Cohen's kappa.

    Args:
        found: The figures.
        viewer: Pseudonym of who is looking.
    """
    return [_pair(pair, viewer) for pair in found.pairs]


def agreement_html(store: LabelStore, visitor: Visitor) -> str:
    """All figures, and how much each person has labelled."""
    found = agreement(store.matrix())
    people = [(_name(author, visitor.author), count) for author, count in store.annotators().items()]
    return render(
        "label_agreement.html",
        prompts=found.prompts,
        few=FEW,
        measures=measures_of(found),
        pairs=pairs_of(found, visitor.author),
        people=people,
    )


def _measure(name: str, estimate: Estimate, sentence: str) -> Measure:
    if math.isnan(estimate.value):
        return Measure(name, "", "Nothing can be said: everybody always gave the same tier.")
    said = MAYBE_CHANCE if estimate.low <= 0 < estimate.value else f"{in_words(estimate.value)}."
    return Measure(name, _figure(estimate), f"{said} {sentence}".strip())


def _figure(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return _signed(estimate.value)
    return f"{_signed(estimate.value)} [{_signed(estimate.low)}, {_signed(estimate.high)}]"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _pair(pair: PairAgreement, viewer: str) -> Pair:
    kappa = _measure("Cohen's kappa", pair.kappa, "")
    return Pair(_name(pair.first, viewer), _name(pair.second, viewer), pair.prompts, pair.same, kappa)


def _name(author: str, viewer: str) -> str:
    return f"{shown_name(author)} (you)" if author == viewer else shown_name(author)
