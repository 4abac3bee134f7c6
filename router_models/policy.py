"""From scores to decisions: thresholds, cost weight, pool and prices, without running any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from errors import BadInputError
from llms.cost import CostEstimate
from llms.pool import Pool
from router_models.card import RouterCard
from router_models.decision import LESS_PRICE, P_ROUTE, Decision, RouterScore
from router_models.novelty import FAR_PERCENTILE
from router_models.pool_choice import (
    NO_PRICE,
    NOTHING_MEASURED,
    choose_from_pool,
    price_shares,
    unmeasured,
    unmeasured_warning,
)

DEFAULT_OUTPUT_TOKENS = 300
DEFAULT_REASONING_TOKENS = 1_000
"""An assumption, not a measurement: with none, reasoning LLMs would look cheaper than they are."""
DEFAULT_THRESHOLD = 0.5
MAX_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user controls.

    Attributes:
        pool: Which LLM serves each route.
        thresholds: Operating points by router id; the router's card says the others'.
        cost_weight: How many points of probability the dearest route of a pool must be worth over a free one,
            for routers with more than two routes; 0 picks the likeliest route.
        output_tokens: Expected length of the answer, for cost estimates.
        reasoning_tokens: Hidden tokens that reasoning LLMs are assumed to think first, billed as output.

    Raises:
        BadInputError: A value is outside its range.
    """

    pool: Pool
    thresholds: Mapping[str, float] = field(default_factory=dict)
    cost_weight: float = 0.0
    output_tokens: int = DEFAULT_OUTPUT_TOKENS
    reasoning_tokens: int = DEFAULT_REASONING_TOKENS

    def __post_init__(self) -> None:
        for router, threshold in self.thresholds.items():
            if not 0 <= threshold <= 1:
                raise BadInputError(f"The threshold of {router} is {threshold}.", "Choose one from 0 to 1.")
        if not 0 <= self.cost_weight <= 1:
            raise BadInputError(f"The cost weight is {self.cost_weight}.", "Choose one from 0 to 1.")
        lengths = {"answer length": self.output_tokens, "number of hidden reasoning tokens": self.reasoning_tokens}
        for what, tokens in lengths.items():
            if not 0 <= tokens <= MAX_TOKENS:
                raise BadInputError(f"The expected {what} is {tokens}.", f"Choose 0 to {MAX_TOKENS:,} tokens.")

    def threshold(self, card: RouterCard) -> float | None:
        """The operating point of a two-route router; None for others.

        One that follows from a budget is the card's own, whatever `thresholds` says: the early stages of a cascade
        decide for that threshold and no other.
        """
        if len(card.routes) != 2:
            return None
        default = DEFAULT_THRESHOLD if card.threshold is None else card.threshold
        return default if card.threshold_is_bought else self.thresholds.get(card.router, default)


def decide(
    score: RouterScore,
    card: RouterCard,
    policy: Policy,
    quotes: Mapping[str, CostEstimate],
    measured: Mapping[str, str] = NOTHING_MEASURED,
) -> Decision:
    """Applies a policy to one router's score.

    A two-route router picks the dearer route where p_strong ≥ threshold. A router with more routes picks the one of
    highest utility P(route) − cost weight × price, the price being the route's estimated cost as a share of the
    dearest route's. A router that judges LLMs one by one does so for the pool's LLMs where all of them are measured;
    else it judges the pair it was measured on, and says so.

    Args:
        score: What the router said.
        card: The router's card.
        policy: The user's controls.
        quotes: Estimated cost of this prompt by LLM id, for every LLM of the pool.
        measured: LLM id → name under which its outcomes were measured.
    """
    threshold = policy.threshold(card)
    warnings = list(score.warnings)
    worth: tuple[float, ...] = ()
    worth_of = ""
    missing = unmeasured(score, policy.pool, measured) if score.p_correct else ()
    judged = bool(score.p_correct) and not missing
    if judged:
        chosen = choose_from_pool(score, policy.pool, policy.cost_weight, quotes, measured)
        score, threshold, pick, why = chosen.score, None, chosen.pick, chosen.why
        worth, worth_of = chosen.worth, chosen.worth_of
        warnings.extend(chosen.warnings)
    elif threshold is not None:
        pick = 1 if score.p_strong >= threshold else 0
        margin = abs(score.p_strong - threshold)
        side = "above" if pick else "below"
        why = f"P({score.routes[1]}) is {score.p_strong:.2f}, {margin:.2f} {side} its threshold"
    else:
        shares = price_shares([quotes[policy.pool.serves[route]].usd for route in score.routes])
        if shares is None and policy.cost_weight:
            warnings.append(NO_PRICE)
        weight = 0.0 if shares is None else policy.cost_weight
        worth = _utilities(score, weight, shares)
        worth_of = P_ROUTE + LESS_PRICE if weight else P_ROUTE
        pick, why = _pick_by_utility(score, worth, weight)
    if missing:
        warnings.append(unmeasured_warning(missing))
    if (novelty := novelty_warning(score.novelty_percentile)) is not None:
        warnings.append(novelty)
    route = score.routes[pick]
    llm = policy.pool.serves[route]
    return Decision(
        router=score.router,
        route=route,
        llm=llm,
        distribution=score.distribution,
        confidence=score.p_correct[measured[llm]] if judged else score.probabilities[pick],
        p_strong=score.p_strong,
        threshold=threshold,
        latency_ms=score.latency_ms,
        estimated_cost_usd=quotes[llm].usd,
        cost_note=quotes[llm].note,
        reason=_reason(score.evidence, "" if card.constant else why),
        warnings=tuple(warnings),
        worth=worth,
        worth_of=worth_of,
        caution=card.caution,
        novelty_percentile=score.novelty_percentile,
        version=score.version,
    )


def novelty_warning(percentile: float | None) -> str | None:
    """What a decision says of a prompt that is far from the router's training prompts; None where it is not."""
    if percentile is None or percentile < FAR_PERCENTILE:
        return None
    return f"Far from its training prompts ({_ordinal(percentile)} percentile)."


def _reason(*clauses: str) -> str:
    """One sentence from the clauses that say something."""
    said = ": ".join(clause for clause in clauses if clause)
    return f"{said[:1].upper()}{said[1:]}."


def _utilities(score: RouterScore, weight: float, shares: Sequence[float] | None) -> tuple[float, ...]:
    """P(route) − weight × price share, by route."""
    if shares is None:
        return score.probabilities
    return tuple(p - weight * share for p, share in zip(score.probabilities, shares, strict=True))


def _pick_by_utility(score: RouterScore, utilities: Sequence[float], weight: float) -> tuple[int, str]:
    """Index of the route of highest utility, and a clause that says why."""
    likeliest = max(range(len(score.routes)), key=score.probabilities.__getitem__)
    pick = max(range(len(utilities)), key=utilities.__getitem__)
    if pick == likeliest:
        priced = ", its price included" if weight else ""
        return pick, f"the likeliest route is {score.routes[pick]} with {score.probabilities[pick]:.2f}{priced}"
    gap = score.probabilities[likeliest] - score.probabilities[pick]
    dearer = score.routes[likeliest]
    return pick, f"the route {dearer} is {gap:.2f} likelier, but not worth its price at this cost weight"


def _ordinal(percentile: float) -> str:
    number = round(percentile)
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
