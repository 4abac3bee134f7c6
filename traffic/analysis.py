"""Everything that a page shows of routed prompts under the user's assumptions; nothing in here runs a router."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.places import read_places
from errors import BadInputError, DataError
from llms.catalogue import Catalogue
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS, Policy
from traffic.baseline import USED_NOW, Baseline, baseline_of
from traffic.disagreement import Disagreement, disagreement_of
from traffic.intake import Traffic
from traffic.intervals import FEW
from traffic.money import Money
from traffic.naming import known_llms
from traffic.routed import Routed
from traffic.savings import Saving, router_costs_usd, saving_of
from traffic.what_if import WhatIf, saving_at, what_if

PROMPTS_PER_MONTH = 100_000
MAX_PER_MONTH = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the user says of money.

    Attributes:
        pool: Name of the pool whose LLMs serve the routes.
        baseline: Id of the LLM that answers everything now, or `USED_NOW`; '' is the pool's strong LLM, or what the
            table names where it names LLMs that have a price.
        per_month: Prompts in a month.
        output_tokens: Length of an answer where it is not known.
        reasoning_tokens: Hidden tokens that reasoning LLMs are assumed to think.
        cost_weight: For routers with more than two routes; see `Policy`.
    """

    pool: str
    baseline: str = ""
    per_month: int = PROMPTS_PER_MONTH
    output_tokens: int = DEFAULT_OUTPUT_TOKENS
    reasoning_tokens: int = DEFAULT_REASONING_TOKENS
    cost_weight: float = 0.0


class Analysis:
    """Routed prompts under assumptions.

    Attributes:
        traffic: The prompts.
        routed: What the routers said.
        assumptions: What the user says of money.
        policy: What follows for picks.
        money: What answers cost.
        baseline: What is done now.

    Args:
        catalogue: LLMs, prices and pools.
        traffic: The prompts.
        routed: What the routers said.
        assumptions: What the user says of money.
        usd_per_hour: What a machine for the routers costs.

    Raises:
        PlaygroundError: An assumption is out of range, or an LLM has no price.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        traffic: Traffic,
        routed: Routed,
        assumptions: Assumptions,
        usd_per_hour: Decimal | float,
    ) -> None:
        if not 1 <= assumptions.per_month <= MAX_PER_MONTH:
            what = f"{assumptions.per_month:,} prompts a month cannot be."
            raise BadInputError(what, f"Type a number from 1 to {MAX_PER_MONTH:,}.")
        self.traffic = traffic
        self.routed = routed
        self.assumptions = assumptions
        self.policy = Policy(
            catalogue.pool(assumptions.pool),
            cost_weight=assumptions.cost_weight,
            output_tokens=assumptions.output_tokens,
            reasoning_tokens=assumptions.reasoning_tokens,
        )
        self.money = Money(catalogue, traffic, routed, assumptions.output_tokens, assumptions.reasoning_tokens)
        name = assumptions.baseline or usual_baseline(catalogue, traffic, assumptions.pool)
        self.baseline: Baseline = baseline_of(name, traffic, routed, self.money)
        self._router_usd = router_costs_usd(routed, float(usd_per_hour))
        self._what_ifs: dict[str, WhatIf] = {}

    @cached_property
    def times(self) -> Counter[str]:
        """How often each routed prompt is there."""
        return Counter(self.prompts)

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """The routed texts, m."""
        return tuple(self.traffic.prompts[row] for row in self.routed.rows.tolist())

    @cached_property
    def savings(self) -> dict[str, Saving]:
        """What every router would save, in panel order."""
        return {name: self._saving(name) for name in self.routed.scores}

    @cached_property
    def disagreement(self) -> Disagreement:
        """On which prompts the routers differ."""
        return disagreement_of(self.routed, self.policy, self.money)

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """Routers that ran: those first that did best over all benchmarks, baselines last.

        Not by what they save: who sends everything to the cheapest LLM saves most.
        """
        try:
            places = read_places(FOLDER)
        except DataError:
            places = {}
        keys = {
            name: (saving.is_baseline, -places.get(name, 0.0), at)
            for at, (name, saving) in enumerate(self.savings.items())
        }
        return tuple(sorted(keys, key=keys.__getitem__))

    def at(self, router: str, value: float) -> Saving:
        """What a router would save at another threshold, or cost weight.

        Raises:
            BadInputError: The value is out of range, or the router did not run.
        """
        scores, own = self.routed.scores[self.checked(router)], self._router_usd[router]
        return saving_at(scores, self.policy, self.money, self.baseline, own, value)

    def what_if(self, router: str) -> WhatIf:
        """A router along all its settings; raises as `at`."""
        if router not in self._what_ifs:
            scores, own = self.routed.scores[self.checked(router)], self._router_usd[router]
            self._what_ifs[router] = what_if(scores, self.policy, self.money, self.baseline, own)
        return self._what_ifs[router]

    def checked(self, router: str) -> str:
        """The id, if that router ran.

        Raises:
            BadInputError: It did not.
        """
        if router not in self.routed.scores:
            raise BadInputError(f"The router “{router[:60]}” did not run.", "Choose one of those that did.")
        return router

    def priced_by(self) -> str:
        """Where the prices are from and what was assumed, one sentence each."""
        prices = {llm: self.money.price(llm) for llm in self._llms()}
        dated = {f"{price.source}, {price.as_of:%Y-%m-%d}" for price in prices.values() if price is not None}
        unpriced = [llm for llm, price in prices.items() if price is None]
        known = self.money.known_lengths
        said = [f"List prices: {'; '.join(sorted(dated)) or 'none known'}."]
        said += [f"No price is known of {', '.join(unpriced)}."] if unpriced else []
        if known:
            said.append(f"{known:,} answers' lengths are from your table; every LLM is assumed to write as much.")
        if known < len(self.routed):
            said.append(f"{self.assumptions.output_tokens:,} tokens are assumed for {_others(known)} answer.")
        if any(self.money.catalogue[llm].reasoning for llm in self._llms()):
            but = ", but for answers whose length your table gives for that very LLM" if known else ""
            said.append(f"Reasoning LLMs: {self.assumptions.reasoning_tokens:,} hidden tokens assumed on top{but}.")
        return " ".join(said)

    def cautions(self) -> list[str]:
        """What must be known before the figures are believed."""
        routed, said = self.routed, list[str]()
        if not routed.whole:
            said.append(f"Stopped: the figures are of a random {len(routed):,} of {routed.asked:,} prompts.")
        if len(routed) < FEW:
            said.append(f"{len(routed)} prompts are too few: no interval here is to be trusted below {FEW}.")
        if self.baseline.unknown:
            left_out = sum(count for _, count in self.baseline.unknown)
            named = ", ".join(f"“{name[:40]}” ({count:,})" for name, count in self.baseline.unknown[:3])
            said.append(f"{left_out:,} prompts name an LLM of which no price is known, so no saving: {named}.")
        said += [f"{gone.router}: {gone.what} {gone.mend}" for gone in routed.unavailable.values()]
        return said

    def _saving(self, name: str) -> Saving:
        return saving_of(self.routed.scores[name], self.policy, self.money, self.baseline, self._router_usd[name])

    def _llms(self) -> Sequence[str]:
        named = [] if self.baseline.name == USED_NOW else [self.baseline.name]
        return list(dict.fromkeys([*self.policy.pool.serves.values(), *named]))


def usual_baseline(catalogue: Catalogue, traffic: Traffic, pool: str) -> str:
    """What the table names, where it names any LLM that is known, else the pool's strong LLM."""
    return USED_NOW if known_llms(catalogue, traffic.llms) else catalogue.pool(pool).serves["strong"]


def _others(known: int) -> str:
    return "every other" if known else "every"
