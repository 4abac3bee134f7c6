"""Curves on the user's own prompts, where the table says how good both LLMs' answers were."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers, RouterNumbers, read_only
from benchmarks.dashboard.own_results import no_loader
from benchmarks.dashboard.ranking import PROMPT_LENGTH
from benchmarks.outcomes import KEY_DIGITS, Outcomes
from benchmarks.split import question_key
from benchmarks.suite import Entry, Pair
from errors import BadInputError
from router_models import RouterPanel
from router_models.card import RouterCard
from router_models.policy import DEFAULT_THRESHOLD, Policy
from traffic.intake import Traffic
from traffic.money import Money
from traffic.routed import Routed

FEWEST_LABELLED = 30
"""With fewer, an interval would cover almost everything, so no curve is drawn."""

CAREFUL_BELOW = 200
MOST_LABELLED = 5_000
"""A thousand resamples of more rows would make every click slow; a random sample of so many is taken."""

NAME = "your-traffic"
SAME_NAME = " (strong)"


@dataclass(frozen=True, eq=False)
class QualityNumbers:
    """What the charts of the Benchmarks page take.

    Attributes:
        numbers: The labelled prompts as a benchmark.
        basis: What answers cost; None where an LLM of the pair has no price.
        warning: What must be known of these labels; may be empty.
    """

    numbers: Numbers
    basis: CostBasis | None
    warning: str


def quality_numbers(
    panel: RouterPanel, traffic: Traffic, routed: Routed, policy: Policy, money: Money
) -> QualityNumbers:
    """The labelled prompts as a benchmark.

    Args:
        panel: For the router by length, against which every other is held.
        traffic: The prompts with their labels.
        routed: What the routers said.
        policy: Whose pool says which LLMs are weak and strong.
        money: What answers cost.

    Raises:
        BadInputError: There are no labels, or too few.
    """
    if traffic.weak is None or traffic.strong is None:
        raise BadInputError(
            "The table does not say how good answers were.",
            "Add two columns, right or wrong or a score, for the weak and for the strong LLM, and choose them above.",
        )
    weak, strong = traffic.weak[routed.rows], traffic.strong[routed.rows]
    both = np.flatnonzero(np.isfinite(weak) & np.isfinite(strong)).astype(np.int64)
    if len(both) < FEWEST_LABELLED:
        raise BadInputError(
            f"{len(both)} prompts have the quality of both LLMs, which is too few to say anything.",
            f"Label {FEWEST_LABELLED} or more, drawn at random; from {CAREFUL_BELOW} on figures become useful.",
        )
    warning = _warning(len(both))
    if len(both) > MOST_LABELLED:
        both = np.sort(np.random.default_rng(0).choice(both, MOST_LABELLED, replace=False))
    names = policy.pool.serves["weak"], policy.pool.serves["strong"]
    names = (names[0], names[1] if names[1] != names[0] else names[1] + SAME_NAME)
    texts = [traffic.prompts[row] for row in routed.rows[both].tolist()]
    quality = {names[0]: read_only(weak[both]), names[1]: read_only(strong[both])}
    outcomes = Outcomes(
        tuple(question_key(text)[:KEY_DIGITS] for text in texts), None, MappingProxyType(quality), MappingProxyType({})
    )
    routers = _routers(panel, routed, policy, both, texts)
    pair = Pair(*names, "The pool's weak and strong LLM, as your columns rate them.")
    entry = Entry(NAME, "Your prompts", no_loader, pair=pair, caveat=warning)
    return QualityNumbers(Numbers(entry, outcomes, routers, own=True), _basis(policy, money, both, names), warning)


def _routers(
    panel: RouterPanel, routed: Routed, policy: Policy, both: IntArray, texts: list[str]
) -> MappingProxyType[str, RouterNumbers]:
    found = {
        name: RouterNumbers(
            name,
            scores.routes,
            read_only(scores.probabilities[both].copy()),
            _threshold(policy, scores.card),
            "transfer",
        )
        for name, scores in routed.scores.items()
    }
    if PROMPT_LENGTH not in found and PROMPT_LENGTH in panel.ids:
        router = panel[PROMPT_LENGTH]
        p = read_only(np.array(router.predict_proba(texts)))
        found[PROMPT_LENGTH] = RouterNumbers(
            PROMPT_LENGTH, router.routes, p, _threshold(policy, router.card), "transfer"
        )
    return MappingProxyType(found)


def _threshold(policy: Policy, card: RouterCard) -> float:
    threshold = policy.threshold(card)
    return DEFAULT_THRESHOLD if threshold is None else threshold


def _basis(policy: Policy, money: Money, both: IntArray, names: tuple[str, str]) -> CostBasis | None:
    amounts: dict[str, FloatArray] = {}
    for route, name in zip(("weak", "strong"), names, strict=True):
        usd = money.usd(policy.pool.serves[route])
        if usd is None:
            return None
        amounts[name] = read_only(usd[both].copy())
    note = f"Your answers' lengths where known, else {money.assumed_tokens:,} tokens."
    return CostBasis("list", "list prices", amounts, note)


def _warning(labelled: int) -> str:
    if labelled < CAREFUL_BELOW:
        return f"Only {labelled:,} prompts are labelled: the bands are wide, and what lies within them may be chance."
    if labelled > MOST_LABELLED:
        return f"A random {MOST_LABELLED:,} of {labelled:,} labelled prompts."
    return ""
