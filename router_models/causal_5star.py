"""A causal LLM rates how good the weak LLM's answer would be, from one to five stars; weak is routed at four.

A linear head reads the LLM's final hidden states and orders prompts on one scale of expected quality; four cut points
on that scale part the stars (proportional odds).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import DataError, UnavailableError
from llms.local import MAX_PROMPT_TOKENS, LocalLLM, PromptStates, local_llm
from router_models.base import Router
from router_models.prompt_batch import PromptBatch

HEAD_FILE = "head.npz"
GGUF = "llm.gguf"
"""Key on the card of the sha256 of the model that the head was fitted to."""

SUFFICES = 4
"""Stars from which on the weak LLM's answer is good enough."""

STARS = np.arange(1, 6)
BEFORE = "<|im_start|>user\n"
AFTER = "<|im_end|>\n<|im_start|>assistant\n"
FloatArray = NDArray[np.float64]


class Causal5StarRouter(Router):
    """P(weak) = P(stars ≥ 4), by a calibrated head on the hidden states of the local LLM.

    Source:
        Anyscale, Building an LLM Router for High-Quality and Cost-Effective Responses, 2024 (a causal LLM that rates
        1–5, weak from 4 on); RouteLLM, arXiv 2406.18665 v4, section 4.2 (causal LLM classifier); McCullagh,
        Regression Models for Ordinal Data, 1980 (proportional odds).
    """

    evidence_kind = "A small LLM reads the prompt; a linear head on its hidden states rates the weak LLM's answer."
    waits = True

    def stars(self, prompts: PromptBatch) -> FloatArray:
        """Probability of each number of stars, (n, 5)."""
        self.load()
        features = np.array([np.concatenate([read.mean, read.last]) for read in self._read(prompts)])
        return star_probabilities(features @ self._weights, self._cuts)

    def _load(self) -> None:
        path = self.folder / HEAD_FILE
        try:
            with np.load(path, allow_pickle=False) as arrays:
                self._weights: FloatArray = arrays["weights"].astype(np.float64)
                self._cuts: FloatArray = arrays["cuts"].astype(np.float64)
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"The head {path} cannot be read: {error}.", "Run its training script again.") from error
        self._llm: LocalLLM = local_llm()
        if sha256(self._llm.file()) != self.card.files[GGUF]:
            raise UnavailableError(
                f"The head was not fitted to the model that LOCAL_LLM names, {self._llm.file().name}.",
                f"Unset LOCAL_LLM, or fit a head to it: {self.card.training_command}.",
            )
        self._llm.start()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        suffices = self.stars(prompts)[:, SUFFICES - 1 :].sum(axis=1)
        return np.column_stack([suffices, 1 - suffices])

    def _evidence(self, prompts: PromptBatch, probabilities: FloatArray) -> list[str]:
        expected = self.stars(prompts) @ STARS
        return [f"It expects {stars:.1f} of 5 stars for the weak LLM's answer" for stars in expected]

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        return [
            (f"Reads the first {MAX_PROMPT_TOKENS} of this prompt's {read.tokens:,} tokens; the rest did not count.",)
            if read.tokens > MAX_PROMPT_TOKENS
            else ()
            for read in self._read(prompts)
        ]

    def _read(self, prompts: PromptBatch) -> list[PromptStates]:
        return prompts.feature(
            f"states:{self.id}", lambda: [self._llm.read(BEFORE, prompt, AFTER) for prompt in prompts]
        )


def star_probabilities(scores: FloatArray, cuts: FloatArray) -> FloatArray:
    """Probability of one to five stars under proportional odds: P(stars > k) = σ(score − cut k).

    Args:
        scores: Expected quality, (n,).
        cuts: Rising cut points, (4,).

    Returns:
        Shape (n, 5), rows sum to 1.
    """
    above = 1.0 / (1.0 + np.exp(np.clip(cuts[None, :] - scores[:, None], -500.0, 500.0)))
    edges = np.hstack([np.ones((len(scores), 1)), above, np.zeros((len(scores), 1))])
    probabilities: FloatArray = edges[:, :-1] - edges[:, 1:]
    return probabilities


@lru_cache
def sha256(path: Path) -> str:
    """Hash of a file, computed once."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
