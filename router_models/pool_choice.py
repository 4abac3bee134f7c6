"""Choosing among the LLMs of the user's pool, for routers that judge LLMs one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from llms.cost import CostEstimate
from llms.pool import Pool
from router_models.decision import LESS_PRICE, P_CORRECT, RouterScore
from router_models.outcome_score import cheapest_that_pays

POOL_ROUTES = ("simple", "general", "reasoning")
"""Routes among which such a router chooses where every LLM that serves them is measured."""

UNWEIGHED = "; at cost weight 0 prices do not count"
NO_PRICE = "Cost weight ignored: an LLM of the pool has no price."
NOTHING_MEASURED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PoolChoice:
    """What follows for a pool whose LLMs are all measured.

    Attributes:
        score: The score with a distribution over the pool's routes.
        pick: Index of the picked route.
        why: A clause that says why.
        worth: What the pick maximised, by route.
        worth_of: What `worth` is.
        warnings: Full sentences.
    """

    score: RouterScore
    pick: int
    why: str
    worth: tuple[float, ...]
    worth_of: str
    warnings: tuple[str, ...] = ()


def unmeasured(score: RouterScore, pool: Pool, measured: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the pool's LLMs of which the router knows no outcome, each once.

    Args:
        score: Whose `p_correct` says what is measured.
        pool: Which LLM serves each route.
        measured: LLM id → name under which its outcomes were measured.
    """
    llms = dict.fromkeys(pool.serves[route] for route in POOL_ROUTES)
    return tuple(llm for llm in llms if measured.get(llm) not in score.p_correct)


def unmeasured_warning(llms: Sequence[str]) -> str:
    """What a decision says that judges the reference pair instead."""
    return (
        f"No measured outcomes of {_listed(llms)}: Mixtral-8x7B and GPT-4 Turbo are judged instead. "
        "The LLMs of the pool “Measured” are judged themselves."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def choose_from_pool(
    score: RouterScore,
    pool: Pool,
    cost_weight: float,
    quotes: Mapping[str, CostEstimate],
    measured: Mapping[str, str],
) -> PoolChoice:
    """Picks the route of highest P(correct) − cost weight × price share; of equal ones the cheaper route.

    Args:
        score: With P(correct) of every LLM that serves a route of `POOL_ROUTES`.
        pool: Which LLM serves each route.
        cost_weight: The user's; at 0 the LLM that is likeliest to be right.
        quotes: Estimated cost of this prompt by LLM id.
        measured: LLM id → name under which its outcomes were measured.
    """
    llms = [pool.serves[route] for route in POOL_ROUTES]
    p = [score.p_correct[measured[llm]] for llm in llms]
    shares = price_shares([quotes[llm].usd for llm in llms])
    worth = p if shares is None else [right - cost_weight * share for right, share in zip(p, shares, strict=True)]
    pick = max(range(len(worth)), key=worth.__getitem__)
    surest = max(range(len(p)), key=p.__getitem__)
    distribution = cheapest_that_pays(np.array([p]), llms)[0]
    why = f"P(correct) of {llms[pick]} is {p[pick]:.2f}"
    if llms[surest] != llms[pick]:
        why += f"; {llms[surest]} with {p[surest]:.2f} is not worth its price at cost weight {cost_weight:g}"
    elif len(set(llms)) == 1:
        why += ", and it serves every route"
    else:
        why += f", more than of any other LLM of the pool{UNWEIGHED if cost_weight == 0 else ''}"
    return PoolChoice(
        dataclasses.replace(score, routes=POOL_ROUTES, probabilities=tuple(distribution.tolist()), evidence=""),
        pick,
        why,
        tuple(worth),
        P_CORRECT if shares is None or cost_weight == 0 else P_CORRECT + LESS_PRICE,
        (NO_PRICE,) if shares is None and cost_weight else (),
    )


def price_shares(costs: Sequence[Decimal | None]) -> list[float] | None:
    """Costs as shares of the dearest; None if one is unknown."""
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs):
        return None
    dearest = max(known)
    return [float(cost / dearest) if dearest else 0.0 for cost in known]
