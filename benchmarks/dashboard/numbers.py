"""One benchmark's kept numbers, checked, read-only, with what was computed from them."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray
from benchmarks.dashboard.draws import Draws
from benchmarks.dashboard.row_facts import RowFacts
from benchmarks.outcomes import Outcomes
from benchmarks.protocol import Protocol
from benchmarks.suite import Entry, Pair
from errors import BadInputError

T = TypeVar("T")

N_MEMOS = 256
"""Results kept per benchmark; the oldest goes first."""


@dataclass(frozen=True, eq=False)
class RouterNumbers:
    """What one router said of a benchmark's rows.

    Attributes:
        router: Its id.
        routes: Names of its routes, cheapest first.
        probabilities: Its distribution, shape (n, k); NaN where it was not run.
        threshold: Its operating point, if it has two routes.
        protocol: Whether it learnt from the benchmark's train part.
        choices: LLM or category → its probability, shape (n,).
        note: What must be known of these numbers; may be empty.
    """

    router: str
    routes: tuple[str, ...]
    probabilities: FloatArray
    threshold: float
    protocol: Protocol
    choices: Mapping[str, FloatArray] = field(default_factory=dict)
    note: str = ""

    @cached_property
    def run(self) -> BoolArray:
        """True where it was run, shape (n,)."""
        run: BoolArray = np.logical_and.reduce(np.isfinite(self.probabilities), axis=1)
        return run

    @cached_property
    def p_strong(self) -> FloatArray:
        """1 − P(cheapest route), shape (n,)."""
        return read_only(1.0 - self.probabilities[:, 0])

    def take(self, rows: BoolArray) -> RouterNumbers:
        """The same of some rows."""
        choices = {what: read_only(values[rows]) for what, values in self.choices.items()}
        return dataclasses.replace(self, probabilities=read_only(self.probabilities[rows]), choices=choices)


@dataclass(frozen=True, eq=False)
class Numbers:
    """One benchmark: n rows, their outcomes, and what each router said. Safe to read from many threads.

    Attributes:
        entry: Name, title, pair, routes and caveat.
        outcomes: Per row the question's key, label, quality and cost of each LLM.
        routers: Router → what it said, in panel order.
        facts: Domain and length of each prompt, if they were kept.
        own: Whether a user brought them for this session.
        train_costs: LLM → its mean cost on the train part, USD: by what routers weigh LLMs; empty where not kept.
    """

    entry: Entry
    outcomes: Outcomes
    routers: Mapping[str, RouterNumbers]
    facts: RowFacts | None = None
    own: bool = False
    train_costs: Mapping[str, float] = field(default_factory=dict)
    _memo: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict, init=False, repr=False)
    _lock: Any = field(default_factory=threading.RLock, init=False, repr=False)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.outcomes)

    @cached_property
    def draws(self) -> Draws:
        """The bootstrap resamples of the rows."""
        return Draws(self.outcomes.groups)

    @property
    def pair(self) -> Pair:
        """The weak and the strong LLM of two-route figures.

        Raises:
            BadInputError: The benchmark has labels instead of outcomes.
        """
        if self.entry.pair is None:
            what = f"{self.entry.title} has no answers of a weak and a strong LLM, only labels."
            raise BadInputError(what, "Choose a benchmark with measured answers, or look at the router's report.")
        return self.entry.pair

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What was computed under a key, or computes it; one thread at a time."""
        with self._lock:
            if key not in self._memo:
                self._memo[key] = compute()
                while len(self._memo) > N_MEMOS:
                    self._memo.popitem(last=False)
            found: T = self._memo[key]
            return found

    def take(self, rows: BoolArray) -> Numbers:
        """The same of some rows, such as one half or one domain.

        Args:
            rows: True for rows to keep, shape (n,).
        """
        labels = self.outcomes.labels
        outcomes = Outcomes(
            questions=tuple(np.array(self.outcomes.questions)[rows].tolist()),
            labels=None if labels is None else labels[rows],
            quality={llm: read_only(values[rows]) for llm, values in self.outcomes.quality.items()},
            cost_usd={llm: read_only(values[rows]) for llm, values in self.outcomes.cost_usd.items()},
        )
        routers = {name: router.take(rows) for name, router in self.routers.items()}
        facts = self.facts.take(rows) if self.facts else None
        return Numbers(self.entry, outcomes, MappingProxyType(routers), facts, self.own, self.train_costs)

    def with_pair(self, weak: str, strong: str) -> Numbers:
        """The same rows with another weak and strong LLM.

        Raises:
            BadInputError: One of them was not measured here, or they are the same.
        """
        unknown = [llm for llm in (weak, strong) if llm not in self.outcomes.quality]
        if unknown or weak == strong:
            what = f"{self.entry.title} has no pair {weak} / {strong}."
            raise BadInputError(what, f"Choose two of {', '.join(self.outcomes.quality)}.")
        entry = dataclasses.replace(self.entry, pair=Pair(weak, strong, "Chosen on the page."))
        return Numbers(entry, self.outcomes, self.routers, self.facts, self.own, self.train_costs)


def read_only(values: FloatArray) -> FloatArray:
    """The array, from now on read-only."""
    values.flags.writeable = False
    return values
