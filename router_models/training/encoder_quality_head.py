"""The quality head: ridge regression on the frozen lower layers' mean states, in closed form.

Measured outcomes of two LLMs are so noisy that a strongly regularised linear model on frozen features ranks held-out
questions better than anything with more freedom; and in cross-validation the third layer ranks them better than the
sentence embedding at the top. Its coefficients are then folded into one linear layer of the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from benchmarks.benchmark import FloatArray
from router_models.training.encoder_batches import padded_batches, precision, tokenize
from router_models.training.encoder_data import Examples
from router_models.training.encoder_network import RoutingEncoder, frozen_features
from router_models.training.judged import JUDGED

LOGIT_SCALE = 8.0
"""Turns a predicted win rate, less one half, into log-odds of the right order; calibration does the rest."""


@dataclass(frozen=True)
class QualityRecipe:
    """Hyper-parameters, chosen by cross-validation on train.

    Attributes:
        ridge: Penalty on the squared weights of standardised features.
        source_weights: Weight of a row by its data set; small sets would be drowned out otherwise.
        max_tokens: Tokens read.
    """

    ridge: float = 30_000.0
    source_weights: tuple[tuple[str, float], ...] = (("mmlu", 1.0), ("gsm8k", 3.0), (JUDGED, 1.0))
    max_tokens: int = 192


@dataclass(frozen=True, eq=False)
class LinearHead:
    """P(strong wins) ≈ 1/2 + features · weights + bias.

    Attributes:
        weights: (width,).
        bias: Of the whole.
    """

    weights: FloatArray
    bias: float

    def logits(self, features: FloatArray) -> FloatArray:
        """Logits of weak and strong, (n, 2), of features (n, width); weak is 0."""
        strong = LOGIT_SCALE * (features @ self.weights + self.bias)
        return np.stack([np.zeros_like(strong), strong], axis=1)


def embed(
    network: RoutingEncoder, tokenizer: Tokenizer, prompts: tuple[str, ...], max_tokens: int, bfloat16: bool = False
) -> FloatArray:
    """Features of the frozen layers, (n, 2 · dim + 1)."""
    features = np.empty((len(prompts), network.quality_head.in_features))
    network.eval()
    with torch.inference_mode():
        for rows, input_ids, mask in padded_batches(tokenize(tokenizer, prompts, max_tokens), 32):
            with precision(bfloat16):
                words, lower = network.lower(input_ids, mask)
            features[rows] = frozen_features(words, lower, mask).numpy()
    return features


def fit_head(features: FloatArray, examples: Examples, recipe: QualityRecipe) -> LinearHead:
    """Weighted ridge regression of the strong LLM's win rate on standardised features.

    Args:
        features: Of the examples, (n, width).
        examples: n examples of the quality head.
        recipe: Hyper-parameters.
    """
    by_source = dict(recipe.source_weights)
    row_weights = np.array([by_source[source] for source in examples.sources])
    wins = examples.targets[:, 1] - 0.5
    mean = np.average(features, axis=0, weights=row_weights)
    scale = features.std(axis=0) + 1e-9
    centred = (features - mean) / scale
    base = np.average(wins, weights=row_weights)
    weighted = centred * row_weights[:, None]
    gram = weighted.T @ centred + recipe.ridge * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, weighted.T @ (wins - base)) / scale
    return LinearHead(weights, float(base - mean @ weights))


def set_head(network: RoutingEncoder, head: LinearHead) -> None:
    """Writes a fitted head into the network."""
    layer = network.quality_head
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
        layer.weight[1] = torch.tensor(LOGIT_SCALE * head.weights, dtype=torch.float32)
        layer.bias[1] = LOGIT_SCALE * head.bias
