"""What the routers said of a user's prompts: scores as arrays, from which everything else follows without a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from llms.llm import Encoding
from router_models.card import RouterCard
from router_models.decision import Unavailable


@dataclass(frozen=True, eq=False)
class RouterScores:
    """One router on m prompts.

    Attributes:
        router: Its id.
        card: The card under which it scored.
        routes: Its routes, cheapest first, k of them.
        probabilities: Calibrated, shape (m, k).
        p_correct: P(correct) by measured LLM, as far as a pool may name it, each of shape (m,); empty for routers
            that do not judge LLMs one by one.
        latency_ms: Mean time per prompt alone, shared features included.
    """

    router: str
    card: RouterCard
    routes: tuple[str, ...]
    probabilities: FloatArray = field(repr=False)
    p_correct: Mapping[str, FloatArray] = field(repr=False)
    latency_ms: float

    @cached_property
    def p_strong(self) -> FloatArray:
        """1 − P(cheapest route), shape (m,)."""
        return np.asarray(1.0 - self.probabilities[:, 0])


@dataclass(frozen=True, eq=False)
class Routed:
    """A run over a user's prompts, whole or stopped.

    Attributes:
        rows: Which of the n prompts were routed, rising, shape (m,): all of them, or a random sample if it was stopped.
        asked: How many prompts there are, n.
        scores: By router, in panel order.
        unavailable: Routers that could not run, and why.
        tokens: Length of each routed prompt in tokens by encoding, each of shape (m,); None stands for LLMs whose
            tokenizer cannot be run here.
        embedded: Places among `rows` whose embeddings are known: a random sample, rising, shape (e,).
        embeddings: Of these, unit length, shape (e, 384).
        seconds: How long it took.
    """

    rows: IntArray
    asked: int
    scores: Mapping[str, RouterScores]
    unavailable: Mapping[str, Unavailable]
    tokens: Mapping[Encoding | None, IntArray] = field(repr=False)
    embedded: IntArray = field(repr=False)
    embeddings: NDArray[np.float32] = field(repr=False)
    seconds: float

    def __len__(self) -> int:
        """Number of routed prompts m."""
        return len(self.rows)

    @property
    def whole(self) -> bool:
        """Whether every prompt was routed."""
        return len(self.rows) == self.asked

    @property
    def rows_per_s(self) -> float:
        """Prompts routed in a second."""
        return len(self.rows) / self.seconds if self.seconds else 0.0

    @property
    def learnt(self) -> tuple[str, ...]:
        """Routers that ran, but for the baselines."""
        return tuple(name for name, scores in self.scores.items() if not scores.card.baseline)
