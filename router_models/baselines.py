"""Routers that any learnt router must beat: a coin, two constants, and the length of the prompt."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from router_models.base import Router
from router_models.log_odds import sigmoid
from router_models.prompt_batch import PromptBatch

SEED = "router-playground"


class RandomRouter(Router):
    """Draws p_strong uniformly from [0, 1), seeded by the prompt, so that the same prompt gets the same draw."""

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        digests = [hashlib.sha256(f"{SEED}\0{prompt}".encode()).digest() for prompt in prompts]
        p_strong = np.array([int.from_bytes(digest[:8], "big") / 2**64 for digest in digests])
        return np.column_stack([1 - p_strong, p_strong])

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        return ["A seeded coin, which has not read the prompt"] * len(prompts)


class ConstantRouter(Router):
    """Gives every prompt to one route.

    The card's parameter `p_strong` is 0 or 1.
    """

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        p_strong = self.card.parameters["p_strong"]
        return np.tile([1 - p_strong, p_strong], (len(prompts), 1))

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        return ["The same for every prompt, whatever it says"] * len(prompts)


class PromptLengthRouter(Router):
    """Logistic regression on log(1 + characters): long prompts go to the strong LLM.

    The card's parameters are `intercept` and `slope`.
    """

    evidence_kind = "It counts characters; what they say plays no part."

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        log_length = np.log1p([len(prompt) for prompt in prompts])
        p_strong = sigmoid(self.card.parameters["intercept"] + self.card.parameters["slope"] * log_length)
        return np.column_stack([1 - p_strong, p_strong])

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        return [f"Only its length counts, {len(prompt):,} characters" for prompt in prompts]
