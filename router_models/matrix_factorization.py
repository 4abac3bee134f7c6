"""Matrix factorization: a vector per LLM and one per prompt, whose product says whether the LLM answers it right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.log_odds import sigmoid
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch

FACTORS_FILE = "factors.npz"


@dataclass(frozen=True, eq=False)
class Factors:
    """The learnt numbers; `rank` numbers per LLM and per prompt.

    Attributes:
        projection: From a prompt's features to its vector, (width, rank).
        offset: Added to that vector, (rank,).
        vectors: One row per LLM, (m, rank).
        bias: Log-odds of each LLM where the product is 0, (m,).
        llms: m names.
        pair: Columns of the weak and the strong LLM of the reference pair.
    """

    projection: NDArray[np.float32]
    offset: NDArray[np.float32]
    vectors: NDArray[np.float32]
    bias: NDArray[np.float32]
    llms: tuple[str, ...]
    pair: tuple[int, int]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds of a right answer before calibration, (n, m), of features (n, width).

        Source:
            RouteLLM, arXiv 2406.18665 v4, section 4.2: δ(M, q) = w₂ᵀ(v_M ⊙ (W₁ᵀ v_q + b)); w₂ is part of v_M here.
        """
        prompts = features @ self.projection + self.offset
        return np.asarray(prompts @ self.vectors.T + self.bias, dtype=np.float32)

    def gain(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """P(correct) of the strong LLM less that of the weak one, before calibration, (n,)."""
        p = sigmoid(self.logits(features)[:, list(self.pair)])
        gained: NDArray[np.float64] = p[:, 1] - p[:, 0]
        return gained

    def save(self, path: Path) -> None:
        """Writes the factors as float32."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path,
            projection=self.projection,
            offset=self.offset,
            vectors=self.vectors,
            bias=self.bias,
            llms=np.array(self.llms),
            pair=np.array(self.pair),
        )


def read_factors(path: Path) -> Factors:
    """Reads what `Factors.save` wrote.

    Raises:
        UnavailableError: The file is missing or broken.
    """
    arrays = read_arrays(path, ("projection", "offset", "vectors", "bias", "llms", "pair"))
    weak, strong = arrays["pair"].tolist()
    return Factors(
        projection=arrays["projection"].astype(np.float32),
        offset=arrays["offset"].astype(np.float32),
        vectors=arrays["vectors"].astype(np.float32),
        bias=arrays["bias"].astype(np.float32),
        llms=tuple(str(llm) for llm in arrays["llms"]),
        pair=(int(weak), int(strong)),
    )


class MatrixFactorizationRouter(OutcomeRouter):
    """P(correct) of every measured LLM as a product of vectors.

    Card parameters: `p_slope` and `p_shift` of the calibration, besides those of every outcome router.
    """

    evidence_kind = "It predicts for every measured LLM whether its answer will be right."

    def _load(self) -> None:
        self._factors = read_factors(self.folder / FACTORS_FILE)
        self.llms = self._factors.llms

    def _p_correct(self, prompts: PromptBatch) -> NDArray[np.floating]:
        logits = self._factors.logits(self.encoders.lower_means(prompts))
        return sigmoid(self.card.parameters["p_slope"] * logits + self.card.parameters["p_shift"])

    def _ranking(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return self._factors.gain(self.encoders.lower_means(prompts))

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        weak, strong = self._factors.pair
        return [
            f"Of {len(self.llms)} LLMs it gives Mixtral {row[weak]:.2f} and GPT-4 Turbo {row[strong]:.2f}"
            for row in self.p_correct(prompts)
        ]
