"""From P(correct) of every LLM to routes, and to the list of LLMs that suffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError

DEFAULT_BOUND = 0.7
"""P(correct) from which an LLM is listed as sufficient."""


@dataclass(frozen=True, slots=True)
class Sufficient:
    """An LLM that suffices.

    Attributes:
        llm: Its name among the measured LLMs.
        p_correct: Calibrated probability that its answer is right.
        usd: Estimated cost of the answer; None where the catalogue knows no price.
    """

    llm: str
    p_correct: float
    usd: Decimal | None


def sufficient(
    p_correct: Mapping[str, float], bound: float, usd: Mapping[str, Decimal | None]
) -> tuple[Sufficient, ...]:
    """Every LLM whose P(correct) reaches a bound: cheapest first, then those without a price, surest first.

    Args:
        p_correct: By LLM.
        bound: From 0 to 1.
        usd: Estimated cost by LLM; those left out have none.

    Raises:
        BadInputError: The bound is not from 0 to 1.
    """
    if not 0 <= bound <= 1:
        raise BadInputError(f"The bound is {bound}.", "Choose one from 0 to 1.")
    found = [Sufficient(llm, p, usd.get(llm)) for llm, p in p_correct.items() if p >= bound]
    return tuple(sorted(found, key=_cheapest_first))


def _cheapest_first(entry: Sufficient) -> tuple[bool, Decimal, float, str]:
    return entry.usd is None, entry.usd or Decimal(0), -entry.p_correct, entry.llm


def cheapest_that_pays(p_correct: NDArray[np.floating], llms: Sequence[str]) -> NDArray[np.float64]:
    """P(route k is the cheapest whose answer is right while all cheaper ones are wrong).

    What remains goes to the cheapest route: there no dearer one would help. Errors are taken to be independent given
    the prompt, so dearer routes get more than they would if LLMs failed together. An LLM on two routes pays once.

    Args:
        p_correct: Of the LLMs that serve the routes, cheapest route first, (n, k).
        llms: Those LLMs, k names.

    Returns:
        Distributions over the routes, (n, k).
    """
    p = np.asarray(p_correct, dtype=np.float64)
    repeated = [llm in llms[:i] for i, llm in enumerate(llms)]
    wrong = np.where(repeated, 1.0, 1.0 - p)
    all_cheaper_wrong = np.concatenate([np.ones((len(p), 1)), np.cumprod(wrong, axis=1)[:, :-1]], axis=1)
    shares = np.where(repeated, 0.0, all_cheaper_wrong * p)
    shares[:, 0] = 1.0 - shares[:, 1:].sum(axis=1)
    return shares
