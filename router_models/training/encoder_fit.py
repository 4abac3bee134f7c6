"""Fine-tunes the routing encoder's upper layers and its chat head, and predicts with them."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from tokenizers import Tokenizer

from benchmarks.benchmark import FloatArray, IntArray
from router_models.training.encoder_batches import by_length, padded_batches, precision, token_mask, tokenize
from router_models.training.encoder_data import Examples
from router_models.training.encoder_loss import Loss
from router_models.training.encoder_network import FROZEN_LAYERS, RoutingEncoder

TUNED_WIDTH = 384

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters, chosen by cross-validation on train.

    Attributes:
        epochs: Passes over the data.
        batch_size: Prompts per step.
        learning_rate: Of the top layer; each layer below has `layer_decay` times that of the one above.
        layer_decay: See there.
        head_learning_rate: Of the heads.
        weight_decay: AdamW's.
        warm_up: Share of steps in which the learning rate rises; it then falls linearly.
        loss: What is minimised.
        max_tokens: Tokens read while training; serving may read more.
        frozen_layers: Layers that keep the base encoder's weights.
        soup: Training runs that differ in order and dropout, and whose weights are averaged.
        bfloat16: Multiply in bfloat16: twice as fast on processors that have it, far slower on others.
    """

    epochs: int = 3
    batch_size: int = 32
    learning_rate: float = 1.5e-4
    layer_decay: float = 0.85
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warm_up: float = 0.1
    loss: Loss = field(default_factory=Loss)
    max_tokens: int = 128
    frozen_layers: int = FROZEN_LAYERS
    soup: int = 3
    bfloat16: bool = False


def for_width(recipe: Recipe, width: int) -> Recipe:
    """The recipe for a base with states of another width: its rate, chosen at 384, falls with the square of the width.

    At 768 that is 3.75e-5, within what is usual there; it was not tuned.
    """
    return replace(recipe, learning_rate=recipe.learning_rate * (TUNED_WIDTH / width) ** 2)


class Cached:
    """Examples with what the network computes of them untrained, once for all folds and epochs.

    Args:
        network: Its frozen layers are used.
        tokenizer: Without truncation and padding.
        examples: What to compute.
        recipe: Tokens read, and number format.
    """

    def __init__(self, network: RoutingEncoder, tokenizer: Tokenizer, examples: Examples, recipe: Recipe) -> None:
        self.targets = torch.tensor(examples.targets, dtype=torch.float32)
        ids = tokenize(tokenizer, examples.prompts, recipe.max_tokens)
        self.lengths = torch.tensor([len(row) for row in ids])
        self._states: list[torch.Tensor] = [torch.empty(0)] * len(ids)
        network.eval()
        with torch.inference_mode(), precision(recipe.bfloat16):
            for rows, input_ids, mask in padded_batches(ids, recipe.batch_size):
                states = network.untrained(input_ids, mask)
                states = states.bfloat16() if recipe.bfloat16 and states.is_floating_point() else states
                for row, state in zip(rows, states, strict=True):
                    self._states[row] = state[: self.lengths[row]].clone()

    def __len__(self) -> int:
        """Number of examples."""
        return len(self._states)

    def take(self, rows: IntArray) -> Cached:
        """The given rows, in the given order; nothing is computed again."""
        taken = copy(self)
        taken.targets, taken.lengths = self.targets[rows], self.lengths[rows]
        taken._states = [self._states[row] for row in rows]
        return taken

    def batch(self, rows: IntArray) -> tuple[torch.Tensor, torch.Tensor]:
        """What `untrained` gave (m, length, …), and the mask (m, length), of some rows."""
        states = torch.nn.utils.rnn.pad_sequence([self._states[row] for row in rows], batch_first=True)
        return states.float() if states.is_floating_point() else states, token_mask(self.lengths[rows])


def fit(network: RoutingEncoder, part: Cached, recipe: Recipe, seed: int) -> None:
    """Trains the upper layers and the chat head in place.

    Source:
        Layer-wise learning rates: Howard and Ruder, Universal Language Model Fine-tuning, arXiv 1801.06146, section
        3.2.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(_groups(network, recipe), weight_decay=recipe.weight_decay)
    steps = recipe.epochs * math.ceil(len(part) / recipe.batch_size)
    warm = max(1, round(recipe.warm_up * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / warm, 1 - step / steps))
    class_weights = recipe.loss.class_weights(part.targets)
    network.train()
    for epoch in range(recipe.epochs):
        total = 0.0
        for rows in _shuffled(part, recipe.batch_size, rng):
            with precision(recipe.bfloat16):
                logits = [_chat_logits(network, part, rows) for _ in range(recipe.loss.passes)]
            loss = recipe.loss.of(logits, part.targets[rows], class_weights)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        logger.info("epoch %d of %d: mean loss %.4f", epoch + 1, recipe.epochs, total * recipe.epochs / steps)
    network.eval()


def fit_soup(make_network: Callable[[], RoutingEncoder], part: Cached, recipe: Recipe, seed: int) -> RoutingEncoder:
    """Trains `recipe.soup` networks from the same start and returns one that has their mean weights.

    Source:
        Wortsman et al., Model soups, arXiv 2203.05482, section 2 (uniform soup).
    """
    network = make_network()
    total: dict[str, torch.Tensor] = {}
    for run in range(recipe.soup):
        network = make_network()
        fit(network, part, recipe, seed + run)
        for key, value in network.state_dict().items():
            total[key] = total[key] + value if run else value.clone()
    network.load_state_dict({key: value / recipe.soup for key, value in total.items()})
    return network


def predict(network: RoutingEncoder, part: Cached, recipe: Recipe) -> FloatArray:
    """Chat logits, (n, n_routes)."""
    network.eval()
    logits = np.empty(part.targets.shape)
    with torch.inference_mode(), precision(recipe.bfloat16):
        for rows in by_length(part.lengths.numpy(), recipe.batch_size):
            logits[rows] = _chat_logits(network, part, rows).numpy()
    return logits


def _chat_logits(network: RoutingEncoder, part: Cached, rows: IntArray) -> torch.Tensor:
    lower, mask = part.batch(rows)
    logits: torch.Tensor = network.chat_head(network.top_features(lower, mask))
    return logits.float()


def _groups(network: RoutingEncoder, recipe: Recipe) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = [
        {"params": list(network.chat_head.parameters()), "lr": recipe.head_learning_rate},
    ]
    for depth, layer in enumerate(reversed(network.tuned_layers)):
        groups.append({"params": list(layer.parameters()), "lr": recipe.learning_rate * recipe.layer_decay**depth})
    return groups


def _shuffled(part: Cached, size: int, rng: np.random.Generator, pool: int = 30) -> list[IntArray]:
    """Random batches of prompts of like length, sorted within pools of `pool` batches so that little is padded."""
    order = rng.permutation(len(part))
    batches: list[IntArray] = []
    for start in range(0, len(order), pool * size):
        rows = order[start : start + pool * size]
        rows = rows[np.argsort(part.lengths.numpy()[rows], kind="stable")]
        batches += [rows[i : i + size] for i in range(0, len(rows), size)]
    return [batches[i] for i in rng.permutation(len(batches))]
