"""What every kind of classifier gives: logits of prompts, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.base import softmax
from router_models.hub.listing import HubModel
from router_models.hub.tokens import HubTokenizer, MicroBatch

_REPORT = "Remove the router, and tell its author."


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a classifier says of prompts.

    Attributes:
        values: Its outputs, (n_prompts, n_outputs).
        normalised: Whether they are probabilities already; else they are logits.
        counts: Tokens of each prompt before the cut, (n_prompts,); None where it does not count tokens.
        limit: Tokens that it reads; None where it does not count them.
    """

    values: NDArray[np.float64]
    normalised: bool = False
    counts: tuple[int, ...] | None = None
    limit: int | None = None


class Classifier(Protocol):
    """A text classifier in memory."""

    def __call__(self, prompts: Sequence[str]) -> Outputs:
        """Its outputs for prompts."""


class TokenNetwork(Protocol):
    """A network over token ids.

    Attributes:
        size: Prompts it takes in one run.
        length: Tokens it must be given, padding included; 0 is any number.
    """

    size: int
    length: int

    def run(self, batch: MicroBatch) -> NDArray[np.floating]:
        """Its outputs, (m, n_outputs)."""


class TokenClassifier:
    """A tokenizer and a network over its tokens.

    Args:
        tokenizer: The repository's.
        network: The weights.
        normalised: Whether the network gives probabilities.
    """

    def __init__(self, tokenizer: HubTokenizer, network: TokenNetwork, *, normalised: bool = False) -> None:
        self._tokenizer = tokenizer
        self._network = network
        self._normalised = normalised

    def __call__(self, prompts: Sequence[str]) -> Outputs:
        """Its outputs for prompts."""
        network = self._network
        reads = self._tokenizer(prompts)
        parts: list[tuple[NDArray[np.int64], NDArray[np.floating]]] = [
            (batch.rows, network.run(batch))
            for batch in self._tokenizer.micro_batches(reads, network.size, network.length)
        ]
        width = parts[0][1].shape[1] if parts[0][1].ndim == 2 else 0
        values = np.full((len(prompts), width), np.nan)
        for rows, found in parts:
            if found.shape != (len(rows), width):
                raise UnavailableError(f"It gave outputs of shape {found.shape} for {len(rows)} prompts.", _REPORT)
            values[rows] = found
        limit = min(self._tokenizer.limit, network.length or self._tokenizer.limit)
        return Outputs(values, self._normalised, tuple(read.count for read in reads), limit)


def label_probabilities(outputs: Outputs, model: HubModel) -> NDArray[np.float64]:
    """Probability of every label, (n_prompts, n_labels), rows summing to 1.

    One output is the logit of the second label. Labels that do not exclude each other have a sigmoid each, divided by
    their sum, because routes do exclude each other.

    Raises:
        UnavailableError: The outputs are not numbers, or are not one for each label.
    """
    values = outputs.values
    wanted = 1 if model.one_logit else len(model.labels)
    if values.shape[1] != wanted:
        raise UnavailableError(
            f"It gave {values.shape[1]} outputs, but its config.json names {wanted} labels.", _REPORT
        )
    if not np.isfinite(values).all():
        raise UnavailableError("It gave outputs that are not numbers.", _REPORT)
    if model.one_logit:
        p = values[:, 0] if outputs.normalised else _sigmoid(values[:, 0])
        return np.stack([1 - p, p], axis=1)
    if model.multi_label:
        each = values if outputs.normalised else _sigmoid(values)
        summed = each.sum(axis=1, keepdims=True)
        return np.where(summed > 0, each / np.where(summed > 0, summed, 1.0), 1.0 / each.shape[1])
    return values / values.sum(axis=1, keepdims=True) if outputs.normalised else softmax(values)


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    sigmoids: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * values))  # never overflows
    return sigmoids
