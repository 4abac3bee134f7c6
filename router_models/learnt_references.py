"""Labelled prompts to look up, beside the training prompts of a router that looks prompts up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from router_models.base import softmax
from router_models.encoder import Encoders
from router_models.learnt_head import log_p
from router_models.prompt_batch import PromptBatch


@dataclass(frozen=True, eq=False)
class AddedReferences:
    """What similar labelled prompts needed, with the router that ships as prior.

    A labelled prompt weighs exp(sharpness · (cosine − 1)), so one that is the same weighs 1; what the router that
    ships says weighs `strength`. The mixture is then calibrated: softmax(scale · log mixture + bias).

    Attributes:
        encoders: What embeds prompts.
        units: Embeddings of the m labelled prompts, (m, 384), unit length.
        routes: Index of the route that each of them needs, (m,).
        sharpness: How fast weights fall with distance.
        strength: How many labelled prompts the router that ships counts for.
        scale: Of the calibration.
        bias: Of the calibration, (n_routes,).

    Source:
        Nadaraya, On estimating regression, 1964, with a prior as in additive smoothing.
    """

    encoders: Encoders
    units: NDArray[np.float32]
    routes: NDArray[np.int64]
    sharpness: float
    strength: float
    scale: float
    bias: NDArray[np.float64]

    said = "Prompts that were labelled in this installation count among those that it looks up."
    asks_others = False

    def load(self) -> None:
        """Reads the encoder's weights."""
        self.encoders.stem.load()

    def correct(self, p: NDArray[np.float64], prompts: PromptBatch) -> NDArray[np.float64]:
        """As every correction."""
        cosines = cosines_with(self.encoders.embeddings(prompts), self.units)
        mixed = mix(p, cosines, self.routes, self.sharpness, self.strength)
        return softmax(self.scale * log_p(mixed) + self.bias)


def cosines_with(embeddings: NDArray[np.float32], units: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosines of prompts with references, (n, m); alike for one prompt and for many."""
    return np.asarray(np.vecdot(embeddings[:, None, :], units[None, :, :]), dtype=np.float32)


def mix(
    p: NDArray[np.float64], cosines: NDArray[np.float32], routes: NDArray[np.int64], sharpness: float, strength: float
) -> NDArray[np.float64]:
    """What a router says and what similar prompts needed, as one distribution per prompt, (n, n_routes).

    Args:
        p: What the router says, (n, n_routes).
        cosines: With the references, (n, m).
        routes: What each reference needs, (m,).
        sharpness: How fast weights fall.
        strength: Weight of the router.
    """
    weights = np.exp(sharpness * (cosines.astype(np.float64) - 1))
    needed = np.eye(p.shape[1])[routes]
    total = strength + weights.sum(axis=1, keepdims=True)
    mixed: NDArray[np.float64] = (strength * p + weights @ needed) / total
    return mixed
