"""What the routers over measured outcomes have in common: P(correct) of every LLM, and routes that follow from it."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from router_models.base import Router
from router_models.decision import RouterScore
from router_models.log_odds import sigmoid
from router_models.prompt_batch import PromptBatch

MOST = 1 - 1e-4
"""P(correct) stays within 1 − MOST … MOST: nothing that was learnt from so few prompts is certain."""


def within(p: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities, kept off certainty; np.clip does the same, but takes five times as long on a single prompt."""
    kept: NDArray[np.float64] = np.minimum(np.maximum(p, 1 - MOST), MOST)
    return kept


class OutcomeRouter(Router):
    """Predicts for each measured LLM whether it answers a prompt correctly.

    Its routes are weak and strong, served by the reference pair that it was measured on. Where every LLM of the user's
    pool is measured, `router_models.policy` decides among those instead, from `RouterScore.p_correct`.

    Card parameters: `slope` and `shift` turn the ranking of the pair into P(strong): σ(slope · ranking + shift).
    """

    llms: tuple[str, ...]
    """Measured LLMs, in the order of the columns; known once loaded."""

    def p_correct(self, prompts: PromptBatch) -> NDArray[np.float64]:
        """Calibrated P(correct), (n_prompts, n_llms).

        Raises:
            UnavailableError: The router cannot run.
        """
        self.load()
        return prompts.feature(f"p_correct:{self.id}", lambda: within(self._p_correct(prompts)))

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """As for every router, and P(correct) of every measured LLM."""
        scores = super().score(batch)
        rows = self.p_correct(batch).tolist()
        return [
            dataclasses.replace(score, p_correct=dict(zip(self.llms, row, strict=True)))
            for score, row in zip(scores, rows, strict=True)
        ]

    def ranking(self, prompts: PromptBatch) -> NDArray[np.floating]:
        """The higher, the rather to the strong LLM of the reference pair, (n_prompts,).

        Raises:
            UnavailableError: The router cannot run.
        """
        self.load()
        return prompts.feature(f"ranking:{self.id}", lambda: self._ranking(prompts))

    @abstractmethod
    def _p_correct(self, prompts: PromptBatch) -> NDArray[np.floating]:
        """Calibrated P(correct), (n_prompts, n_llms)."""

    @abstractmethod
    def _ranking(self, prompts: PromptBatch) -> NDArray[np.floating]:
        """What `ranking` remembers, (n_prompts,)."""

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        scaled = self.card.parameters["slope"] * self.ranking(prompts) + self.card.parameters["shift"]
        strong = sigmoid(scaled)
        return np.stack([1 - strong, strong], axis=1)
