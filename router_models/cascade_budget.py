"""What a cascade's operating points cost, and which one a budget buys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError

PER_MTOK = 1e-6
PROMPTS = 1_000
"""Budgets are for so many prompts."""


@dataclass(frozen=True)
class RoutePrices:
    """What a call costs on the weak and on the strong route.

    Attributes:
        input_usd_per_mtok: List price of prompt tokens, weak then strong.
        output_usd_per_mtok: List price of answer tokens, weak then strong.
        output_tokens: Expected length of an answer, hidden reasoning tokens included, weak then strong.
    """

    input_usd_per_mtok: tuple[float, float]
    output_usd_per_mtok: tuple[float, float]
    output_tokens: tuple[float, float]

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, float]) -> RoutePrices:
        """Reads what `as_parameters` wrote."""
        return cls(*((parameters[f"weak_{name}"], parameters[f"strong_{name}"]) for name in _FIELDS))

    def as_parameters(self) -> dict[str, float]:
        """The prices as parameters of a card."""
        return {
            f"{route}_{name}": float(getattr(self, name)[i])
            for name in _FIELDS
            for i, route in enumerate(("weak", "strong"))
        }


_FIELDS = ("input_usd_per_mtok", "output_usd_per_mtok", "output_tokens")


@dataclass(frozen=True, eq=False)
class BudgetTable:
    """Operating points of a cascade, measured on training prompts, thresholds rising.

    Attributes:
        thresholds: P(strong) from which a prompt goes to the strong LLM, (g,); the last one sends none.
        shares: Share of prompts that go to the strong LLM, with a margin for chance, (g,).
        prompt_tokens: Prompt tokens that go to the weak and to the strong LLM, per prompt of all, (g, 2).
    """

    thresholds: NDArray[np.float64]
    shares: NDArray[np.float64]
    prompt_tokens: NDArray[np.float64]

    def usd_per_1000(self, prices: RoutePrices) -> NDArray[np.float64]:
        """What the LLMs' answers to 1,000 prompts cost at each operating point, (g,)."""
        shares = np.column_stack([1 - self.shares, self.shares])
        read = self.prompt_tokens * prices.input_usd_per_mtok
        written = shares * prices.output_tokens * prices.output_usd_per_mtok
        usd: NDArray[np.float64] = (read + written).sum(axis=1) * PER_MTOK * PROMPTS
        return usd

    def point(self, budget_usd_per_1000: float, prices: RoutePrices) -> int:
        """The operating point with the most strong calls that a budget pays for.

        Args:
            budget_usd_per_1000: What the LLMs' answers to 1,000 prompts may cost, in USD.
            prices: Of the two LLMs.

        Raises:
            BadInputError: The budget is no amount, or does not even pay for the weak LLM.
        """
        costs = self.usd_per_1000(prices)
        if not np.isfinite(budget_usd_per_1000) or budget_usd_per_1000 < 0:
            raise BadInputError(f"The budget is {budget_usd_per_1000} USD.", "Give an amount of 0 or more.")
        dearest_from_here = np.maximum.accumulate(costs[::-1])[::-1]
        affordable = np.flatnonzero(dearest_from_here <= budget_usd_per_1000)
        if affordable.size == 0:
            raise BadInputError(
                f"{budget_usd_per_1000:g} USD per 1,000 prompts do not pay for the weak LLM alone.",
                f"Give at least {np.ceil(costs[-1] * 1e4) / 1e4:g} USD, or choose a cheaper weak LLM.",
            )
        return int(affordable[0])
