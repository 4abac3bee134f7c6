"""One router's scores on one benchmark, with the resamples that belong to those rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks import resample
from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.outcomes import Outcomes
from benchmarks.suite import Entry
from router_models.card import RouterCard

DEFAULT_THRESHOLD = 0.5


def all_finite(values: FloatArray) -> BoolArray:
    """Where every one of several values is there; values have shape (k, n), the result (n,)."""
    finite: BoolArray = np.logical_and.reduce(np.isfinite(values), axis=0)
    return finite


class Resamples:
    """Resamples of subsets of a benchmark's rows, drawn once per subset.

    Args:
        groups: A number per distinct question, shape (n,).
    """

    def __init__(self, groups: IntArray) -> None:
        self._groups = groups
        self._drawn: dict[bytes, FloatArray] = {}

    def counts(self, rows: BoolArray) -> FloatArray:
        """Counts over the rows marked True, m of n, shape (r + 1, m)."""
        key = rows.tobytes()
        if key not in self._drawn:
            self._drawn[key] = resample.counts(int(rows.sum()), self._groups[rows])
        return self._drawn[key]


@dataclass(frozen=True, eq=False)
class Part:
    """What one router said of one benchmark.

    Attributes:
        entry: The benchmark.
        outcomes: Its outcomes, n rows.
        probabilities: The router's distribution over its routes, cheapest first, shape (n, k); NaN where not run.
        threshold: Its operating point, if it has two routes.
        resamples: Shared by all routers of the benchmark.
        choices: LLM or category → the router's probability for it, shape (n,).
        train_costs: LLM → mean cost of its answers on the train part, USD; empty where there are no costs.
    """

    entry: Entry
    outcomes: Outcomes
    probabilities: FloatArray
    threshold: float
    resamples: Resamples
    choices: dict[str, FloatArray] = field(default_factory=dict)
    train_costs: Mapping[str, float] = field(default_factory=dict)

    @property
    def run(self) -> BoolArray:
        """True where the router was run, shape (n,)."""
        return all_finite(self.probabilities.T)

    @property
    def p_strong(self) -> FloatArray:
        """1 − P(cheapest route), shape (n,)."""
        return np.asarray(1.0 - self.probabilities[:, 0])

    @property
    def picks(self) -> IntArray:
        """Index of the picked route: by threshold where there are two, else the likeliest one, shape (n,)."""
        if self.probabilities.shape[1] == 2:
            return (self.p_strong >= self.threshold).astype(np.int64)
        return np.where(self.run, np.nan_to_num(self.probabilities).argmax(axis=1), 0).astype(np.int64)


def operating_point(card: RouterCard) -> float:
    """A two-route router's threshold by its card."""
    return DEFAULT_THRESHOLD if card.threshold is None else card.threshold
