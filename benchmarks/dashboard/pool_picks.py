"""Which LLM of a pool a router picks, prompt by prompt, at each of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.aiq import COST_WEIGHTS
from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.dashboard.numbers import RouterNumbers

N_THRESHOLDS = 41

How = Literal["P(correct)", "routes", "threshold"]


@dataclass(frozen=True, eq=False)
class Picks:
    """Number of the picked LLM per setting and row, (settings, m), on rows (n,) of which m are True, and by what."""

    how: How
    settings: FloatArray
    picks: IntArray
    rows: BoolArray


def picks_of(router: RouterNumbers, llms: tuple[str, ...], prices: FloatArray, answered: BoolArray) -> Picks | str:
    """Number of the picked LLM per setting and row, (settings, m), or why the router cannot pick."""
    price = (prices / max(float(prices.max()), np.finfo(float).tiny))[:, None]
    if set(llms) <= set(router.choices):
        p_correct = np.stack([router.choices[llm] for llm in llms])
        rows: BoolArray = answered & np.logical_and.reduce(np.isfinite(p_correct))
        worth = p_correct[:, rows]
        how: How = "P(correct)"
    elif len(router.routes) == len(llms) > 2:
        rows = answered & router.run
        worth = router.probabilities[rows].T
        how = "routes"
    elif len(router.routes) == 2 or len(llms) == 2:
        rows = answered & router.run
        scores = router.p_strong[rows]
        if not scores.size:
            return "It was not run on these prompts."
        edges = np.unique(np.concatenate([np.quantile(scores, np.linspace(0.0, 1.0, N_THRESHOLDS)), [np.inf]]))
        picks = np.array([np.where(scores >= edge, len(llms) - 1, 0) for edge in edges])
        return Picks("threshold", edges, picks, rows)
    else:
        return f"It tells {len(router.routes)} routes apart, and the pool has {len(llms)} LLMs."
    if not rows.any():
        return "It was not run on these prompts."
    picks = np.array([(worth - weight * price).argmax(axis=0) for weight in COST_WEIGHTS])
    return Picks(how, COST_WEIGHTS, picks, rows)
