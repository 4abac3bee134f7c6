"""In which order a router sends prompts to the strong LLM, on the rows where both answers were measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers, read_only
from errors import UnknownNameError

BY_P_CORRECT = " by P(correct)"
"""Ends the name of a ranking by P(strong LLM correct) − P(weak LLM correct) of the very pair."""

ORACLE = "oracle"
RANDOM, ALWAYS_WEAK, ALWAYS_STRONG, PROMPT_LENGTH = "random", "always-weak", "always-strong", "prompt-length"
CONSTANT = (ALWAYS_WEAK, ALWAYS_STRONG)


@dataclass(frozen=True, eq=False)
class Ranking:
    """m rows that a router was run on and both LLMs answered.

    Attributes:
        name: Router id, the same + ` by P(correct)`, or `oracle`.
        rows: True where the benchmark's row counts, shape (n,) with m times True.
        scores: The higher, the rather to the strong LLM, shape (m,).
        weak: Quality of the weak LLM, shape (m,).
        strong: Quality of the strong LLM, shape (m,).
        threshold: The router's own operating point; None where it has none of this kind.
    """

    name: str
    rows: BoolArray
    scores: FloatArray
    weak: FloatArray
    strong: FloatArray
    threshold: float | None = None

    def __len__(self) -> int:
        """Number of rows m."""
        return len(self.scores)

    @property
    def gain(self) -> FloatArray:
        """What the strong LLM's answer is better by, shape (m,)."""
        return np.asarray(self.strong - self.weak)

    @cached_property
    def _falling(self) -> tuple[IntArray, IntArray]:
        """Rows by falling score, and the last place of each group of equal scores among them."""
        order = np.argsort(-self.scores, kind="stable")
        ends = np.flatnonzero(np.concatenate([np.diff(self.scores[order]) != 0, [True]]))
        return order.astype(np.int64), ends.astype(np.int64)

    @cached_property
    def thresholds(self) -> FloatArray:
        """Every threshold that makes a difference, falling from ∞, shape (t,)."""
        order, ends = self._falling
        return read_only(np.concatenate([[np.inf], self.scores[order][ends]]))

    def along(self, below: FloatArray, above: FloatArray) -> FloatArray:
        """Mean at each of `thresholds` of what a row counts below and from the threshold on; both (m,), result (t,)."""
        order, ends = self._falling
        gained = np.concatenate([[0.0], np.cumsum((above - below)[order])[ends]])
        return np.asarray((below.sum() + gained) / len(self))

    def usd(self, basis: CostBasis, numbers: Numbers) -> tuple[FloatArray, FloatArray]:
        """USD per prompt of the weak and of the strong LLM, each of shape (m,)."""
        return basis.usd[numbers.pair.weak][self.rows], basis.usd[numbers.pair.strong][self.rows]

    def escalated(self, threshold: float) -> FloatArray:
        """1.0 where the strong LLM is called at a threshold, shape (m,)."""
        return (self.scores >= threshold).astype(np.float64)

    def escalated_at(self, share: float) -> FloatArray:
        """Probability of calling the strong LLM so that exactly a share of prompts is escalated, shape (m,).

        The highest scores go to it; of those that tie at the edge each goes with the same probability.
        """
        wanted = min(max(share, 0.0), 1.0) * len(self)
        falling = np.sort(self.scores)[::-1]
        edge = falling[min(int(np.ceil(wanted)), len(self)) - 1] if wanted > 0 else np.inf
        above, tied = self.scores > edge, self.scores == edge
        part = (wanted - above.sum()) / max(int(tied.sum()), 1)
        return np.asarray(above + tied * part)

    def threshold_at(self, share: float) -> float:
        """The threshold whose share of strong calls comes nearest to a wanted one; `inf` escalates nothing."""
        values, counts = np.unique(self.scores, return_counts=True)
        shares = np.concatenate([np.cumsum(counts[::-1])[::-1] / len(self), [0.0]])
        edges = np.concatenate([values, [np.inf]])
        return float(edges[np.abs(shares - share).argmin()])


def ranking_names(numbers: Numbers) -> tuple[str, ...]:
    """Rankings of a benchmark with a pair: every router, those that give P(correct) of both LLMs twice."""
    pair = numbers.pair
    names: list[str] = []
    for name, router in numbers.routers.items():
        names.append(name)
        if {pair.weak, pair.strong} <= set(router.choices):
            names.append(name + BY_P_CORRECT)
    return tuple(names)


def ranking(numbers: Numbers, name: str) -> Ranking:
    """One ranking.

    Args:
        numbers: A benchmark with a pair.
        name: One of `ranking_names`, or `oracle`.

    Raises:
        UnknownNameError: There is no such ranking here.
        BadInputError: The benchmark has no pair.
    """
    return numbers.remember(("ranking", name), lambda: _ranking(numbers, name))


def learnt(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that are neither random nor constant."""
    return tuple(name for name in names if name not in {RANDOM, *CONSTANT})


def _ranking(numbers: Numbers, name: str) -> Ranking:
    pair = numbers.pair
    weak, strong = numbers.outcomes.quality[pair.weak], numbers.outcomes.quality[pair.strong]
    both = np.isfinite(weak) & np.isfinite(strong)
    if name == ORACLE:
        return _taken(name, both, strong - weak, weak, strong, None)
    if name not in ranking_names(numbers):
        mend = f"Choose from {', '.join((*ranking_names(numbers), ORACLE))}."
        raise UnknownNameError(f"There is no router {name[:60]!r} on {numbers.entry.title}.", mend)
    router = numbers.routers[name.removesuffix(BY_P_CORRECT)]
    if name.endswith(BY_P_CORRECT):
        gain = router.choices[pair.strong] - router.choices[pair.weak]
        return _taken(name, both & np.isfinite(gain), gain, weak, strong, None)
    threshold = router.threshold if len(router.routes) == 2 else 0.5
    return _taken(name, both & router.run, router.p_strong, weak, strong, threshold)


def _taken(
    name: str, rows: BoolArray, scores: FloatArray, weak: FloatArray, strong: FloatArray, threshold: float | None
) -> Ranking:
    rows.flags.writeable = False
    scores, weak, strong = (read_only(values[rows]) for values in (scores, weak, strong))
    return Ranking(name, rows, scores, weak, strong, threshold)
