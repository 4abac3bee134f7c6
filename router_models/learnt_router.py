"""A router that learnt from labels: the router that ships, and what the labels changed of what it says."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import RouterScore
from router_models.prompt_batch import PromptBatch

MOVED = 0.005
"""A change of P(escalate) that is smaller is not worth a word."""


class Correction(Protocol):
    """What labels changed."""

    said: str
    """One sentence on what it does, for the Why panel."""

    asks_others: bool
    """Whether it asks routers besides the one that it corrects."""

    def load(self) -> None:
        """Brings whatever it asks into memory.

        Raises:
            UnavailableError: Something of it is missing.
        """

    def correct(self, p: NDArray[np.float64], prompts: PromptBatch) -> NDArray[np.float64]:
        """Probabilities after the correction, (n_prompts, n_routes), of those before, same shape."""


class LearntRouter(Router):
    """A version of a router that learnt from labels.

    It asks the router that ships, whose work a batch remembers, and corrects what that says. Without a correction only
    the card differs: another threshold decides on the same score.

    Args:
        card: The version's own.
        base: The router that it is a version of, as it ships.
        correction: What the labels changed; None if the scores stay.
    """

    def __init__(self, card: RouterCard, base: Router, correction: Correction | None) -> None:
        super().__init__(card, base.folder, base.encoders)
        self.base = base
        self._correction = correction
        self.evidence_kind = base.evidence_kind if correction is None else f"{base.evidence_kind} {correction.said}"
        self.beside = base.beside
        self.asks_others = base.asks_others or (correction is not None and correction.asks_others)

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """As for every router; where only the threshold was learnt, the scores are those of the router that ships."""
        if self._correction is not None:
            return super().score(batch)
        self.load()
        return [
            dataclasses.replace(score, router=self.id, version=self.card.version) for score in self.base.score(batch)
        ]

    def _load(self) -> None:
        self.base.load()
        if self._correction is not None:
            self._correction.load()

    def _unload(self) -> None:
        self.base.unload()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        p = self.base.probabilities(prompts)
        return p if self._correction is None else self._correction.correct(p, prompts)

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        before = 1 - self.base.probabilities(prompts)[:, 0]
        after = 1 - probabilities[:, 0]
        return [
            "; ".join(clause for clause in (score.evidence, _moved(float(was), float(now))) if clause)
            for score, was, now in zip(self._base_scores(prompts), before, after, strict=True)
        ]

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        return [score.warnings for score in self._base_scores(prompts)]

    def _base_scores(self, prompts: PromptBatch) -> list[RouterScore]:
        return prompts.feature(f"scores under {self.feature}", lambda: self.base.score(prompts))


def _moved(before: float, after: float) -> str:
    if abs(after - before) < MOVED:
        return f"what was learnt from labels leaves P(escalate) at {after:.2f}"
    return f"what was learnt from labels moves P(escalate) from {before:.2f} to {after:.2f}"
