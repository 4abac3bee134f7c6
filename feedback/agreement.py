"""Who agrees with whom on the tier of prompts, with 95 % percentile intervals over resampled prompts.

Resamples of which nothing can be said, because everybody always gave the same tier, do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.bootstrap import LEVEL, N_RESAMPLES, Estimate
from feedback.agreement_measures import FloatArray, cohen_kappa, fleiss_kappa, nominal_alpha, ordinal_alpha
from feedback.resolved_label import TIERS

Tiers = Mapping[str, Mapping[str, int]]
"""Tier by annotator, by prompt (`LabelStore.matrix`)."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators.

    Attributes:
        first, second: Their pseudonyms.
        prompts: How many both have labelled.
        same: Of these the share on which they gave the same tier, 0 to 1.
        kappa: Cohen's kappa.
    """

    first: str
    second: str
    prompts: int
    same: float
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class Agreement:
    """All annotators.

    Attributes:
        prompts: How many at least two people have labelled.
        pairs: Of those that share a prompt, the busiest first.
        fleiss: Fleiss' kappa; None without such prompts.
        alpha_nominal: Krippendorff's alpha where any two tiers are equally far apart.
        alpha_ordinal: Where 1 and 3 are farther apart than 1 and 2.
    """

    prompts: int
    pairs: tuple[PairAgreement, ...]
    fleiss: Estimate | None
    alpha_nominal: Estimate | None
    alpha_ordinal: Estimate | None


def agreement(tiers: Tiers, *, seed: int = 0) -> Agreement:
    """Everything that can be said of who agrees with whom.

    Args:
        tiers: Tier by annotator, by prompt; annotators may have left prompts out.
        seed: Of the resampling.
    """
    shared = {prompt: said for prompt, said in tiers.items() if len(said) > 1}
    counts = np.array([[list(said.values()).count(tier) for tier in TIERS] for said in shared.values()], dtype=float)
    if not shared:
        return Agreement(0, (), None, None, None)
    kinds, times = np.unique(counts, axis=0, return_counts=True)

    def estimate(measure: Callable[[FloatArray, FloatArray], FloatArray]) -> Estimate:
        return _estimate(measure, kinds, times, seed)

    return Agreement(
        len(shared), _pairs(shared, seed), estimate(fleiss_kappa), estimate(nominal_alpha), estimate(ordinal_alpha)
    )


def _pairs(tiers: Tiers, seed: int) -> tuple[PairAgreement, ...]:
    both: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for said in tiers.values():
        for first, second in combinations(sorted(said), 2):
            both.setdefault((first, second), []).append((said[first], said[second]))
    found = [_pair(first, second, said, seed) for (first, second), said in both.items()]
    return tuple(sorted(found, key=_busiest_first))


def _pair(first: str, second: str, said: Sequence[tuple[int, int]], seed: int) -> PairAgreement:
    kinds, times = np.unique(np.array(said, dtype=float), axis=0, return_counts=True)
    same = sum(one == other for one, other in said) / len(said)
    return PairAgreement(first, second, len(said), same, _estimate(cohen_kappa, kinds, times, seed))


def _busiest_first(pair: PairAgreement) -> tuple[int, str, str]:
    return -pair.prompts, pair.first, pair.second


def _estimate(
    measure: Callable[[FloatArray, FloatArray], FloatArray], kinds: FloatArray, times: NDArray[np.int64], seed: int
) -> Estimate:
    """A measure with its interval: prompts that look alike are drawn together, which is the same and far quicker."""
    number = int(times.sum())
    drawn = np.random.default_rng(seed).multinomial(number, times / number, size=N_RESAMPLES).astype(float)
    values = measure(kinds, drawn)
    kept, tail = values[~np.isnan(values)], (1 - LEVEL) / 2
    low, high = np.quantile(kept, [tail, 1 - tail]) if kept.size else (np.nan, np.nan)
    return Estimate(float(measure(kinds, times.astype(float))), float(low), float(high))
