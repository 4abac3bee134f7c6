"""Where the Benchmarks page has its numbers from: the kept benchmarks, and a visitor's own results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.dashboard.costs import CostBasis, bases
from benchmarks.dashboard.latency import overhead_usd_per_1000, read_latencies
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import (
    ALWAYS_STRONG,
    ALWAYS_WEAK,
    BY_P_CORRECT,
    ORACLE,
    PROMPT_LENGTH,
    RANDOM,
    ranking,
    ranking_names,
)
from benchmarks.dashboard.results import Results, load_results
from benchmarks.dashboard.row_facts import FOLDER
from errors import BadInputError, DataError, PlaygroundError

OWN = "own-results"
FIRST = "routerbench-part"
"""Shown first: a frontier LLM, and costs that were measured."""

N_BEST = 4
PLAIN = (ALWAYS_WEAK, ALWAYS_STRONG)
SHARE, OWN_COSTS, LIST_COSTS = "share", "own", "list"

Choice = tuple[str, str]


@dataclass(frozen=True)
class Source:
    """The numbers that a visitor may look at.

    Attributes:
        own: What they uploaded in this session; None if nothing.
        folder: Where the benchmarks' numbers are kept.
    """

    own: Numbers | None = None
    folder: Path = FOLDER

    @property
    def results(self) -> Results:
        """The kept numbers; raises DataError where nothing is known of any benchmark."""
        return load_results(self.folder)

    def benchmarks(self) -> list[Choice]:
        """Benchmarks with curves, as (title, name)."""
        kept = self.results
        mine = [(self.own.entry.title, OWN)] if self.own is not None else []
        return [*mine, *((kept.title(name), name) for name in kept.pair_names)]

    def labelled(self) -> list[Choice]:
        """Every benchmark that a router report may be about."""
        return [(self.results.title(name), name) for name in self.results.names]

    def numbers(self, name: str) -> Numbers:
        """One benchmark; raises as `Results.numbers`, and BadInputError where the upload is gone."""
        if name == OWN:
            if self.own is None:
                raise BadInputError("Your results are no longer in this session.", "Upload them again.")
            return self.own
        return self.results.numbers(name)

    def router_usd_per_1000(self, name: str, usd_per_hour: float) -> float:
        """What a router itself costs for 1,000 prompts; 0 where it was not timed."""
        try:
            timed = read_latencies(self.folder).routers.get(name.split(" by ")[0])
        except DataError:
            return 0.0
        return overhead_usd_per_1000(timed.ms, usd_per_hour) if timed else 0.0


def basis_of(numbers: Numbers, axis: str) -> CostBasis | None:
    """The cost basis of an axis; None for the share of strong calls.

    Raises:
        PlaygroundError: The benchmark does not offer it; the message says why.
    """
    if axis == SHARE:
        return None
    found = {str(kind): basis for kind, basis in bases(numbers).items()}.get(axis)
    if isinstance(found, PlaygroundError):
        raise found
    if found is None:
        raise BadInputError(f"There is no cost basis {axis[:40]!r}.", "Choose one of the list.")
    return found


def axes(numbers: Numbers) -> list[Choice]:
    """What the x axis can be, costs first where there are any."""
    found = [
        (f"USD per 1,000 prompts: {basis.title}", str(kind))
        for kind, basis in bases(numbers).items()
        if isinstance(basis, CostBasis)
    ]
    return [*found, ("share of strong calls", SHARE)]


def best_basis(numbers: Numbers) -> CostBasis | None:
    """The benchmark's own costs, else list prices, else None."""
    return basis_of(numbers, axes(numbers)[0][1])


def learnt_names(numbers: Numbers) -> list[str]:
    """Rankings but the random and the constant ones, best first by the area under their curve, complete ones first."""

    def compute() -> list[str]:
        names = [name for name in ranking_names(numbers) if name not in (RANDOM, *PLAIN)]
        whole = len(ranking(numbers, ORACLE))
        places = {name: (len(ranking(numbers, name)) != whole, -_area(numbers, name)) for name in names}
        return sorted(names, key=places.__getitem__)

    return numbers.remember("page: learnt names", compute)


def first_names(numbers: Numbers) -> list[str]:
    """The best few, and prompt length, as the page shows them at first."""
    names = learnt_names(numbers)
    best = [name for name in names if name != PROMPT_LENGTH and not name.endswith(BY_P_CORRECT)][:N_BEST]
    return [*best, *(name for name in (PROMPT_LENGTH,) if name in names)]


def _area(numbers: Numbers, name: str) -> float:
    rank = ranking(numbers, name)
    quality = rank.along(rank.weak, rank.strong)
    share = rank.along(np.zeros(len(rank)), np.ones(len(rank)))
    return float(np.trapezoid(quality, share))
