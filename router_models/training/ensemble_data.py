"""The kinds of prompts an ensemble tells apart, and the rows that teach what each member's vote is worth there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import gsm8k, mmlu, nexos, ray
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.split import question_key
from router_models.base import Router
from router_models.ensemble import log_odds
from router_models.training.composite_features import wide_features_of
from router_models.training.ensemble_votes import CACHE, honest_votes
from router_models.training.outcome_data import N_FOLDS
from router_models.training.outcome_features import CACHE as FEATURES

KINDS = {"documentation questions": ("ray",), "exam questions": ("mmlu", "gsm8k"), "chats": ("nexos",)}
"""Kind of prompts → the sets whose train parts teach it."""

LOADERS: dict[str, Callable[[Path], Benchmark]] = {
    "ray": ray.load,
    "mmlu": mmlu.load,
    "gsm8k": gsm8k.load,
    "nexos": nexos.load,
}
ROW_WEIGHTS = {"gsm8k": 3.0}
"""Rows of a small set weigh more where a large one would drown it; others weigh 1."""


@dataclass(frozen=True, eq=False)
class Taught:
    """Train rows of one kind, n of them.

    Attributes:
        kind: Name of the kind.
        sources: Data set of each row, n names.
        keys: Hash of each question, n texts.
        features: What the ensemble's own heads read, (n, width).
        odds: Log-odds of the members' honest votes, (n, m).
        wins: What ranks best: the strong LLM's win rate, a tie counting half, or the label; (n,), 0 to 1.
        needed: What probabilities mean: strong was needed, (n,), 0 to 1.
        weights: Of each row, (n,).
    """

    kind: str
    sources: tuple[str, ...]
    keys: tuple[str, ...]
    features: FloatArray
    odds: FloatArray
    wins: FloatArray
    needed: FloatArray
    weights: FloatArray

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.keys)

    def take(self, rows: IntArray) -> Taught:
        """The given rows, in the given order."""
        return Taught(
            self.kind,
            tuple(self.sources[row] for row in rows),
            tuple(self.keys[row] for row in rows),
            self.features[rows],
            self.odds[rows],
            self.wins[rows],
            self.needed[rows],
            self.weights[rows],
        )

    @cached_property
    def folds(self) -> IntArray:
        """Fold of each row, (n,): from its question's hash."""
        return np.array([int(key, 16) // 5 % N_FOLDS for key in self.keys], dtype=np.int64)


def load_taught(
    data: Path,
    members: Sequence[Router],
    oof: Path,
    sample: int | None = None,
    votes_cache: Path | None = CACHE,
    features_cache: Path | None = FEATURES,
) -> list[Taught]:
    """The train rows of every kind on which all members have an honest vote.

    Args:
        data: Folder of the public data sets.
        members: m routers.
        oof: Folder of the out-of-fold scores.
        sample: Only so many rows of each set.
        votes_cache: Folder that keeps votes.
        features_cache: File that keeps features.

    Raises:
        DataError: A set is missing or not in its public format.
        ValueError: A member learnt from a set and left no out-of-fold scores of it.
    """
    taught = []
    for kind, names in KINDS.items():
        parts = [distinct(LOADERS[name](data).part("train")) for name in names]
        parts = parts if sample is None else [part.take(range(min(sample, len(part)))) for part in parts]
        votes = np.vstack([honest_votes(members, part, oof, votes_cache, features_cache) for part in parts])
        prompts = [prompt for part in parts for prompt in part.prompts]
        keys = [question_key(question) for part in parts for question in part.questions]
        sources = np.concatenate([np.full(len(part), part.name) for part in parts])
        wins = np.concatenate([_wins(part) for part in parts])
        needed = np.concatenate([_needed(part) for part in parts])
        rows = np.flatnonzero(np.isfinite(votes).all(axis=1))
        wide = wide_features_of([prompts[row] for row in rows], features_cache)
        taught.append(
            Taught(
                kind,
                tuple(sources[rows].tolist()),
                tuple(keys[row] for row in rows),
                wide,
                log_odds(votes[rows]),
                wins[rows],
                needed[rows],
                np.array([ROW_WEIGHTS.get(source, 1.0) for source in sources[rows].tolist()]),
            )
        )
    return taught


def distinct(part: Benchmark) -> Benchmark:
    """One row per question, the first: repetitions say how often people ask, not how hard it is."""
    return part.take(np.sort(np.unique(part.groups, return_index=True)[1]))


def _wins(part: Benchmark) -> FloatArray:
    if part.labels is not None:
        return (part.labels > 0).astype(np.float64)
    return (1 + part.quality[STRONG] - part.quality[WEAK]) / 2


def _needed(part: Benchmark) -> FloatArray:
    if part.labels is not None:
        return (part.labels > 0).astype(np.float64)
    return (part.quality[STRONG] > part.quality[WEAK]).astype(np.float64)
