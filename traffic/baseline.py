"""What is done now with the prompts: one LLM for all, or for each the LLM that the user's table names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray
from errors import BadInputError
from traffic.intake import Traffic
from traffic.money import Money
from traffic.naming import known_llms
from traffic.routed import Routed

USED_NOW = "used now"
"""Baseline of the LLMs that the table names."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """What is done now.

    Attributes:
        name: Id of an LLM, or `USED_NOW`.
        said: In words.
        usd: USD per prompt, NaN where not known, shape (m,).
        unknown: Names of LLMs in the table that the catalogue does not have, with their prompts, most first.
    """

    name: str
    said: str
    usd: FloatArray
    unknown: tuple[tuple[str, int], ...] = ()


def baseline_of(name: str, traffic: Traffic, routed: Routed, money: Money) -> Baseline:
    """What is done now.

    Args:
        name: Id of an LLM, or `USED_NOW`.
        traffic: The prompts.
        routed: Which of them count.
        money: What answers cost.

    Raises:
        UnknownNameError: There is no such LLM.
        BadInputError: The table does not name the LLMs, or the LLM has no price.
    """
    if name != USED_NOW:
        amounts = money.usd(name)
        if amounts is None:
            raise BadInputError(f"No price is known of {name}.", "Hold the routers against another LLM.")
        return Baseline(name, f"{name} for every prompt", amounts)
    if not traffic.llms:
        raise BadInputError("No column says which LLM answers now.", "Choose that column, or an LLM.")
    ids = known_llms(money.catalogue, traffic.llms)
    usd = np.full(len(routed), np.nan)
    names = np.array([traffic.llms[row] for row in routed.rows.tolist()], dtype=object)
    unknown: Counter[str] = Counter()
    for named, count in Counter(names.tolist()).items():
        llm = ids.get(named)
        priced = money.usd(llm) if llm else None
        if priced is None:
            unknown[named or "(empty)"] += count
            continue
        here = names == named
        usd[here] = priced[here]
    if not np.isfinite(usd).any():
        raise BadInputError(
            f"None of the LLMs in the column “{traffic.columns.llm[:60]}” has a known price, such as "
            f"“{next(iter(unknown), '')[:60]}”.",
            "Hold the routers against an LLM of the list instead.",
        )
    return Baseline(USED_NOW, "the LLM that your table names for each prompt", usd, tuple(unknown.most_common()))
