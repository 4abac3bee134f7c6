"""Similarity-weighted ranking: Bradley–Terry over battles of LLMs, those on similar prompts weighing more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from router_models.log_odds import logit, sigmoid
from router_models.outcome_rates import local_rates
from router_models.outcome_references import REFERENCES_FILE, References, Similar, read_references
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch


class SimilarityWeightedRouter(OutcomeRouter):
    """Win probability of the strong LLM in a Bradley–Terry model fitted to the prompt's own weighting of battles.

    The model has one free parameter per prompt, the pair's difference in skill, so its maximum is known in closed
    form: nothing is fitted when a prompt comes.

    Card parameters: `sharpness` of the weights, `strength` of the shrinkage, `p_slope` and `p_shift`.

    Source:
        RouteLLM, arXiv 2406.18665 v4, section 4.1 (similarity-weighted ranking).
    """

    evidence_kind = "It weighs every training prompt by its similarity, and lets the two LLMs compete on them."
    beside = True

    def _load(self) -> None:
        self._references = read_references(self.folder.parent / REFERENCES_FILE)
        self.llms = self._references.llms

    def _p_correct(self, prompts: PromptBatch) -> NDArray[np.floating]:
        found = self._references.look_up_shared(self.encoders, prompts)
        settings = self.card.parameters
        rates = weighted_rates(self._references, found, settings["sharpness"], settings["strength"])
        return sigmoid(settings["p_slope"] * logit(rates) + settings["p_shift"])

    def _ranking(self, prompts: PromptBatch) -> NDArray[np.floating]:
        found = self._references.look_up_shared(self.encoders, prompts)
        return skill_difference(self._references, found.cosines, self.card.parameters["sharpness"])

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        wins = sigmoid(self.ranking(prompts))
        return [f"GPT-4 Turbo wins {win:.0%} of its weighted battles with Mixtral, ties halved" for win in wins]


def similarity_weights(cosines: NDArray[np.float32], sharpness: float) -> NDArray[np.float32]:
    """RouteLLM's γ^(1 + S) up to a factor, S being the cosine as a share of the largest one; (n, N), largest 1.

    Args:
        cosines: Of prompts with training prompts, (n, N).
        sharpness: ln γ.
    """
    largest = np.maximum(cosines.max(axis=1, keepdims=True), 1e-6)
    weights: NDArray[np.float32] = np.exp(np.float32(sharpness) * (cosines / largest - 1))
    return weights


def skill_difference(references: References, cosines: NDArray[np.float32], sharpness: float) -> NDArray[np.float64]:
    """Strong LLM's skill less the weak one's, in log-odds of a win, (n,), of cosines (n, N).

    The weighted likelihood Σ ω (wins · log σ(ξ) + losses · log σ(−ξ)) has its maximum where σ(ξ) is the weighted win
    rate, a tie being half a win.
    """
    weights = similarity_weights(cosines[:, : references.n_paired], sharpness)
    won = weights @ references.wins
    return logit(np.clip(won / weights.sum(axis=1), 1e-4, 1 - 1e-4))


def weighted_rates(references: References, found: Similar, sharpness: float, strength: float) -> NDArray[np.float64]:
    """P(correct) from the nearest training prompts, weighted as the battles are, (n, m)."""
    near = np.take_along_axis(found.cosines, found.nearest, axis=1)
    weights = similarity_weights(near, sharpness)[:, None, :]
    quality, measured = references.outcomes(found.nearest)
    sums = (weights @ quality)[:, 0]
    counts = (weights @ measured)[:, 0]
    return local_rates(sums, counts, references.abilities, strength)
