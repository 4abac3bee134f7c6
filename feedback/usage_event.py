"""What the Usage page counts: one event per decision of a router, with the answer that it led to if there was one.

An event holds no prompt, no answer, no key and no address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from feedback.records import new_id, now

ROUTE_PAGE, COMPARE_PAGE = "Route page", "Compare page"
"""Places that are no endpoints; those go by their path."""

MOST_USD = Decimal(100_000)
"""Of one event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """One decision, or one answer of an LLM that no router picked.

    Attributes:
        id: Made by the caller: a second write of the same id changes nothing.
        at: When.
        place: Page or endpoint.
        caller: Name of the API token; '' without.
        router: Router id; '' where nobody routed, as when a caller names the LLM.
        version: Which weights decided (`weights_version`).
        route: The picked route.
        llm: Id of the LLM that was picked or asked; '' where there was no pool to pick from.
        escalated: Whether anything but the cheapest route was picked.
        p_strong: 1 − P(cheapest route); None where nobody routed.
        threshold: The operating point; None where none decided.
        raised: Whether a used-up budget had raised it.
        latency_ms: What the router took.
        reference: Data set with which the prompt was compared; '' where another event of the same request says so.
        novelty: How far the prompt is from that data set, as a percentile.
        estimated_usd: Estimated cost of asking the LLM.
        answered: Whether the LLM was asked here, so that `cost_usd` is what was paid.
        own_key: Whether the caller's own key paid.
        cost_usd: What the answer cost; None where it has no price or was not asked for here.
        router_usd: What the router itself cost; None where it asked an LLM that has no price.
        baseline: Id of the strongest LLM of the pool.
        baseline_usd: What that one would have cost; None where that cannot be said.
    """

    id: str = field(default_factory=new_id)
    at: datetime = field(default_factory=now)
    place: str
    caller: str = ""
    router: str = ""
    version: str = ""
    route: str = ""
    llm: str = ""
    escalated: bool = False
    p_strong: float | None = None
    threshold: float | None = None
    raised: bool = False
    latency_ms: float | None = None
    reference: str = ""
    novelty: float | None = None
    estimated_usd: Decimal | None = None
    answered: bool = False
    own_key: bool = False
    cost_usd: Decimal | None = None
    router_usd: Decimal | None = None
    baseline: str = ""
    baseline_usd: Decimal | None = None

    def __post_init__(self) -> None:
        """An amount that no column holds is no amount: it would keep its whole batch from being written."""
        for name in ("estimated_usd", "cost_usd", "router_usd", "baseline_usd"):
            amount = getattr(self, name)
            if amount is not None and not (amount.is_finite() and abs(amount) < MOST_USD):
                object.__setattr__(self, name, None)

    @property
    def usd(self) -> Decimal | None:
        """What it cost where an LLM answered here, else what it was estimated to cost."""
        return self.cost_usd if self.answered else self.estimated_usd

    @property
    def saving_usd(self) -> Decimal | None:
        """What routing saved against the baseline, the router's own cost taken off; None where that cannot be said."""
        if not self.router or self.usd is None or self.baseline_usd is None or self.router_usd is None:
            return None
        return self.baseline_usd - self.usd - self.router_usd
