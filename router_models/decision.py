"""What routers say of a prompt: the scores of a run, and the decisions that follow under a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from errors import PlaygroundError


@dataclass(frozen=True, slots=True)
class RouterScore:
    """One router's output for one prompt, before thresholds, prices and pool are applied.

    Attributes:
        router: Router id.
        routes: The router's routes, cheapest first.
        probabilities: Calibrated probability of each route, same order; sums to 1.
        latency_ms: What the router would have taken alone, shared tokenizer and encoder included.
        evidence: A clause on what the score rests on, without full stop; may be empty.
        warnings: Full sentences.
        novelty_percentile: Share in percent of the router's own training prompts that lie closer to their
            neighbours than this prompt does; None where the router has no reference.
        p_correct: Calibrated P(correct) by measured LLM; empty for routers that do not judge LLMs one by one.
        version: Of the router's card, so that nobody decides under the card of another version.
    """

    router: str
    routes: tuple[str, ...]
    probabilities: tuple[float, ...]
    latency_ms: float
    evidence: str = ""
    warnings: tuple[str, ...] = ()
    novelty_percentile: float | None = None
    p_correct: Mapping[str, float] = field(default_factory=dict)
    version: str = ""

    @property
    def p_strong(self) -> float:
        """1 − P(cheapest route)."""
        return 1.0 - self.probabilities[0]

    @property
    def distribution(self) -> dict[str, float]:
        """Probability by route, cheapest first."""
        return dict(zip(self.routes, self.probabilities, strict=True))


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A router that could not run on this prompt: why, and how to mend it."""

    router: str
    what: str
    mend: str

    @classmethod
    def from_error(cls, router: str, error: PlaygroundError) -> Unavailable:
        """Keeps the two sentences of the error."""
        return cls(router, error.what, error.mend)


P_CORRECT = "P(correct)"
P_ROUTE = "P(route)"
LESS_PRICE = " − cost weight × price share"
"""What a pick without a threshold maximises: one of the two probabilities, less the price where that counts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one router says of one prompt, under one policy.

    Attributes:
        router: Router id.
        route: The picked route.
        llm: Id of the LLM that serves the route in the pool.
        distribution: Calibrated probability by route, cheapest first; sums to 1.
        confidence: Calibrated probability of the picked route; where LLMs were compared one by one, that the picked
            LLM's answer is right.
        p_strong: 1 − P(cheapest route).
        threshold: The operating point; None for routers with more than two routes.
        latency_ms: What the router would have taken alone.
        estimated_cost_usd: Estimated price of sending the prompt to `llm`; None where it has no price.
        cost_note: What must be said beside that price; may be empty.
        reason: One sentence.
        warnings: Full sentences the reader must see beside the decision.
        worth: What the pick maximised, by route as in `distribution`; empty where a threshold decided.
        worth_of: What `worth` is, such as P(correct); '' where a threshold decided.
        caution: What the router's card says must be known before its pick is trusted; may be empty.
        novelty_percentile: See `RouterScore`.
        version: Which version of the router decided, as on its card; learnt ones are `v1`, `v2` and so on.
    """

    router: str
    route: str
    llm: str
    distribution: dict[str, float]
    confidence: float
    p_strong: float
    threshold: float | None
    latency_ms: float
    estimated_cost_usd: Decimal | None
    cost_note: str
    reason: str
    warnings: tuple[str, ...] = ()
    worth: tuple[float, ...] = ()
    worth_of: str = ""
    caution: str = ""
    novelty_percentile: float | None = None
    version: str = ""

    @property
    def judges_llms(self) -> bool:
        """Whether it compared the pool's own LLMs, and not its routes."""
        return self.worth_of.startswith(P_CORRECT)

    @property
    def escalates(self) -> bool:
        """Whether it picks anything but the cheapest route."""
        return self.route != next(iter(self.distribution))

    def as_json(self) -> dict[str, Any]:
        """The decision as JSON values: probabilities rounded to 6 digits, cost as a number of USD or null."""
        return {
            "router": self.router,
            "version": self.version,
            "route": self.route,
            "llm": self.llm,
            "distribution": {route: round(p, 6) for route, p in self.distribution.items()},
            "confidence": round(self.confidence, 6),
            "p_strong": round(self.p_strong, 6),
            "threshold": self.threshold,
            "latency_ms": round(self.latency_ms, 3),
            "estimated_cost_usd": None if self.estimated_cost_usd is None else float(self.estimated_cost_usd),
            "cost_note": self.cost_note,
            "reason": self.reason,
            "warnings": list(self.warnings),
            "caution": self.caution,
        }
