"""k-means prototypes: what LLMs made of the prompts of each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.base import softmax
from router_models.log_odds import logit, sigmoid
from router_models.outcome_references import Projection
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch

PROTOTYPES_FILE = "prototypes.npz"


@dataclass(frozen=True, eq=False)
class Prototypes:
    """K prototypes and m LLMs.

    Attributes:
        projection: How prompts are projected.
        units: Unit vectors of the prototypes, (K, dim).
        rates: Mean outcomes near each prototype, shrunk, (K, m).
        wins: Win rate of the strong LLM over the weak one near each, shrunk, a tie counting half, (K,).
        llms: m names.
    """

    projection: Projection
    units: NDArray[np.float32]
    rates: NDArray[np.float32]
    wins: NDArray[np.float32]
    llms: tuple[str, ...]

    def shares(self, embeddings: NDArray[np.float32], sharpness: float) -> NDArray[np.float64]:
        """How much of a prompt belongs to each prototype, (n, K), rows summing to 1, of embeddings (n, 384)."""
        return softmax(np.float32(sharpness) * (self.projection(embeddings) @ self.units.T))

    def save(self, path: Path) -> None:
        """Writes the prototypes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path,
            centre=self.projection.centre.astype(np.float32),
            directions=self.projection.directions.astype(np.float16),
            units=self.units.astype(np.float16),
            rates=self.rates.astype(np.float16),
            wins=self.wins.astype(np.float16),
            llms=np.array(self.llms),
        )


def read_prototypes(path: Path) -> Prototypes:
    """Reads what `Prototypes.save` wrote.

    Raises:
        UnavailableError: The file is missing or broken.
    """
    arrays = read_arrays(path, ("centre", "directions", "units", "rates", "wins", "llms"))
    numbers = {name: values.astype(np.float32) for name, values in arrays.items() if name != "llms"}
    return Prototypes(
        Projection(numbers["centre"], numbers["directions"]),
        numbers["units"],
        numbers["rates"],
        numbers["wins"],
        tuple(str(llm) for llm in arrays["llms"]),
    )


class PrototypesRouter(OutcomeRouter):
    """Mean outcomes of the prototypes, weighted by how much of the prompt belongs to each.

    Card parameters: `sharpness` of the shares, `p_slope` and `p_shift` of the calibration.
    """

    evidence_kind = "It finds the clusters of training prompts that a prompt belongs to, and how LLMs did there."

    def _load(self) -> None:
        self._prototypes = read_prototypes(self.folder / PROTOTYPES_FILE)
        self.llms = self._prototypes.llms

    def _shares(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return prompts.feature(
            f"shares:{self.id}",
            lambda: self._prototypes.shares(self.encoders.embeddings(prompts), self.card.parameters["sharpness"]),
        )

    def _p_correct(self, prompts: PromptBatch) -> NDArray[np.floating]:
        settings = self.card.parameters
        rates = self._shares(prompts) @ self._prototypes.rates
        return sigmoid(settings["p_slope"] * logit(rates) + settings["p_shift"])

    def _ranking(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return self._shares(prompts) @ self._prototypes.wins - 0.5

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        shares = self._shares(prompts)
        return [
            f"Cluster {cluster + 1} of {shares.shape[1]} holds {share:.0%} of it"
            for share, cluster in zip(shares.max(axis=1), shares.argmax(axis=1), strict=True)
        ]
