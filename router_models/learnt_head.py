"""A linear head that was learnt from labels, on top of what a router says and of what the encoder knows of a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from router_models.base import softmax
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch

HeadFeature = Literal["embedding", "means"]
"""The sentence embedding, (384,), or the lower layers' mean states that `encoder-quality` reads, (2 · dim + 1,)."""

LEAST = 1e-6
"""Probabilities count as no smaller: log-probabilities have no end."""


def log_p(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-probabilities of what a router said, same shape."""
    logs: NDArray[np.float64] = np.log(np.maximum(p, LEAST))
    return logs


def head_features(encoders: Encoders, feature: HeadFeature, prompts: PromptBatch) -> NDArray[np.float32]:
    """What a head reads of prompts, (n_prompts, d)."""
    return encoders.embeddings(prompts) if feature == "embedding" else encoders.tuned_stem.means(prompts)


@dataclass(frozen=True, eq=False)
class LinearHead:
    """P(route) = softmax(scale · log P of the router that ships + features · weight + bias).

    With a scale of 1, no weights and no bias it is the router that ships.

    Attributes:
        encoders: What gives the features.
        feature: Which features.
        scale: How far the router that ships is believed.
        weight: Shape (d, n_routes).
        bias: Shape (n_routes,).
    """

    encoders: Encoders
    feature: HeadFeature
    scale: float
    weight: NDArray[np.float32]
    bias: NDArray[np.float64]

    said = "A linear head on the encoder, learnt from labels of this installation, corrects that."
    asks_others = False

    def load(self) -> None:
        """Reads the encoder's weights."""
        (self.encoders.stem if self.feature == "embedding" else self.encoders.tuned_stem).load()

    def correct(self, p: NDArray[np.float64], prompts: PromptBatch) -> NDArray[np.float64]:
        """As every correction."""
        features = head_features(self.encoders, self.feature, prompts)
        return softmax(self.scale * log_p(p) + features @ self.weight + self.bias)
