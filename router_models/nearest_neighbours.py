"""k nearest neighbours: what LLMs made of the most similar training prompts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from router_models.log_odds import logit, sigmoid
from router_models.outcome_rates import local_rates
from router_models.outcome_references import REFERENCES_FILE, References, Similar, read_references
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch


class NearestNeighboursRouter(OutcomeRouter):
    """Mean outcomes of the nearest training prompts.

    Card parameters: `neighbours` for P(correct), `pair_neighbours` for the ranking of the reference pair, `strength`
    of the shrinkage, `p_slope` and `p_shift` of the calibration.
    """

    evidence_kind = "It looks up how LLMs did on the most similar of its training prompts."
    beside = True

    def _load(self) -> None:
        self._references = read_references(self.folder.parent / REFERENCES_FILE)
        self.llms = self._references.llms

    def _p_correct(self, prompts: PromptBatch) -> NDArray[np.floating]:
        found = self._references.look_up_shared(self.encoders, prompts)
        settings = self.card.parameters
        rates = nearest_rates(self._references, found, int(settings["neighbours"]), settings["strength"])
        return sigmoid(settings["p_slope"] * logit(rates) + settings["p_shift"])

    def _ranking(self, prompts: PromptBatch) -> NDArray[np.floating]:
        found = self._references.look_up_shared(self.encoders, prompts)
        return nearest_wins(self._references, found, int(self.card.parameters["pair_neighbours"])) - 0.5

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        rates = self.ranking(prompts) + 0.5
        return [f"GPT-4 Turbo beats Mixtral on {rate:.0%} of the nearest prompts, ties halved" for rate in rates]


def nearest_rates(references: References, found: Similar, neighbours: int, strength: float) -> NDArray[np.float64]:
    """P(correct) from the nearest training prompts, (n, m)."""
    nearest = found.nearest[:, :neighbours]
    quality, measured = references.outcomes(nearest)
    return local_rates(quality.sum(axis=1), measured.sum(axis=1), references.abilities, strength)


def nearest_wins(references: References, found: Similar, neighbours: int) -> NDArray[np.float64]:
    """Win rate of the strong LLM on the nearest prompts that both were run on, (n,).

    Args:
        references: The training prompts; those that both were run on come first.
        found: What is like each prompt; only `NEAREST` prompts are looked at, so there may be fewer such neighbours.
        neighbours: How many count at most; one more with the mean win rate steadies prompts that have few.
    """
    paired = found.nearest < references.n_paired
    counted = paired & (np.cumsum(paired, axis=1) <= neighbours)
    won = np.where(counted, references.wins[np.where(counted, found.nearest, 0)], 0.0).sum(axis=1)
    rates: NDArray[np.float64] = (won + references.mean_win) / (counted.sum(axis=1) + 1.0)
    return rates
