"""On which prompts the routers differ: by prompt the share of routers in the minority, searched and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from router_models.policy import Policy
from traffic.money import Money
from traffic.picks import Picks, picks_of
from traffic.routed import Routed

Order = str
MOST_DIFFERENT, AS_BROUGHT, MOST_ESCALATED, LEAST_ESCALATED = "different", "file", "strong", "weak"
ORDERS = (MOST_DIFFERENT, AS_BROUGHT, MOST_ESCALATED, LEAST_ESCALATED)


@dataclass(frozen=True, eq=False)
class Disagreement:
    """What r routers picked for each of m prompts.

    Attributes:
        picks: By router, those that ran.
        voting: Routers that count: the learnt ones, or all where none is learnt.
        p_strong: By router, each of shape (m,).
    """

    picks: dict[str, Picks] = field(repr=False)
    voting: tuple[str, ...]
    p_strong: dict[str, FloatArray] = field(repr=False)

    @cached_property
    def escalating(self) -> FloatArray:
        """Share of the routers that send each prompt to a dearer LLM, shape (m,)."""
        return np.asarray(np.mean([self.picks[name].escalated for name in self.voting], axis=0))

    @cached_property
    def degree(self) -> FloatArray:
        """0 where all agree, 1 where half are for and half against, shape (m,)."""
        return np.asarray(1.0 - np.abs(2.0 * self.escalating - 1.0))

    @property
    def different(self) -> BoolArray:
        """Where not all agree, shape (m,)."""
        return np.asarray(self.degree > 0)

    def places(
        self, prompts: Sequence[str], *, only_different: bool, search: str = "", order: Order = MOST_DIFFERENT
    ) -> IntArray:
        """Places of the prompts to show; of prompts that are there more than once the first.

        Args:
            prompts: The m texts.
            only_different: Leave out those on which all agree.
            search: Only texts that hold this, whatever its case.
            order: One of `ORDERS`; another is taken as the first.
        """
        keep = self.different.copy() if only_different else np.ones(len(self.degree), dtype=np.bool_)
        wanted = search.strip().casefold()
        if wanted:
            keep &= np.array([wanted in prompt.casefold() for prompt in prompts], dtype=np.bool_)
        places = np.flatnonzero(keep)
        keys = {AS_BROUGHT: None, MOST_ESCALATED: -self.escalating, LEAST_ESCALATED: self.escalating}
        key = keys.get(order, -self.degree)
        ordered = places if key is None else places[np.argsort(key[places], kind="stable")]
        once = {prompts[place]: place for place in reversed(ordered.tolist())}
        return np.array([place for place in ordered.tolist() if once[prompts[place]] == place], dtype=np.int64)


def disagreement_of(routed: Routed, policy: Policy, money: Money) -> Disagreement:
    """What all routers picked under a policy."""
    picks = {name: picks_of(scores, policy, money) for name, scores in routed.scores.items()}
    voting = routed.learnt or tuple(routed.scores)
    return Disagreement(picks, voting, {name: scores.p_strong for name, scores in routed.scores.items()})
