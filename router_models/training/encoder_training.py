"""One training run of the routing encoder: out-of-fold logits first, then the network that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from benchmarks.benchmark import FloatArray
from router_models.training.encoder_base import load_network, new_network
from router_models.training.encoder_cross_validation import chat_out_of_fold, quality_out_of_fold
from router_models.training.encoder_data import Examples
from router_models.training.encoder_fit import Cached, Recipe, fit_soup, for_width
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.encoder_network import RoutingEncoder, save_network
from router_models.training.encoder_quality_head import QualityRecipe, embed, fit_head, set_head

LOGITS_FILE = "out_of_fold.npz"


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """What training leaves behind, before calibration.

    Attributes:
        network: Trained on all examples.
        logits: Head → logits of each training example from a network that has not seen it, (n, n_routes).
    """

    network: RoutingEncoder
    logits: Mapping[str, FloatArray]

    def save(self, folder: Path) -> None:
        """Writes network and logits, so that calibration, export and evaluation can be repeated without training."""
        save_network(self.network, folder)
        np.savez_compressed(folder / LOGITS_FILE, chat=self.logits[CHAT], quality=self.logits[QUALITY])

    @classmethod
    def load(cls, folder: Path) -> TrainingRun:
        """Reads what `save` wrote."""
        with np.load(folder / LOGITS_FILE, allow_pickle=False) as arrays:
            return cls(load_network(folder), {CHAT: arrays["chat"], QUALITY: arrays["quality"]})


def train(
    examples: Mapping[str, Examples],
    base: Path,
    tokenizer: Tokenizer,
    recipe: Recipe,
    quality_recipe: QualityRecipe,
    n_folds: int,
    seed: int,
) -> TrainingRun:
    """Trains both heads.

    Args:
        examples: Head → its examples.
        base: Folder of the base encoder.
        tokenizer: Without truncation and padding.
        recipe: Of the upper layers and the chat head.
        quality_recipe: Of the quality head.
        n_folds: Folds of the out-of-fold logits.
        seed: Of weights, order and dropout.
    """
    make_network = partial(_network, base, recipe, seed)
    start = make_network()
    recipe = for_width(recipe, start.trunk.config.hidden_size)
    chat, outcomes = examples[CHAT], examples[QUALITY]
    features = embed(start, tokenizer, outcomes.prompts, quality_recipe.max_tokens, recipe.bfloat16)
    cached = Cached(start, tokenizer, chat, recipe)
    logits = {
        CHAT: chat_out_of_fold(make_network, chat, cached, recipe, n_folds, seed),
        QUALITY: quality_out_of_fold(features, outcomes, quality_recipe, n_folds),
    }
    network = fit_soup(make_network, cached, recipe, seed)
    set_head(network, fit_head(features, outcomes, quality_recipe))
    return TrainingRun(network, logits)


def _network(base: Path, recipe: Recipe, seed: int) -> RoutingEncoder:
    torch.manual_seed(seed)
    return new_network(base, recipe.frozen_layers)
