"""Fine-tuning for `causal-5star`: lower layers once, then epochs over the upper ones, on a GPU where there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.benchmark import FloatArray, IntArray
from llms.local import MAX_PROMPT_TOKENS
from router_models.causal_5star import AFTER, BEFORE
from router_models.training.causal_5star_network import StarNetwork
from router_models.training.encoder_batches import by_length, token_mask

READ_BATCH = 32
POOL = 16
"""Batches whose rows are sorted by length together, so that little is padded and the order is still random."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tuning:
    """Hyper-parameters.

    Attributes:
        rate: Highest learning rate; it rises over the first tenth of the steps and falls to zero.
        epochs: Passes over the training rows.
        batch: Rows of a step.
        decay: Weight decay of AdamW.
    """

    rate: float = 2e-5
    epochs: int = 2
    batch: int = 32
    decay: float = 0.01


class LowerStates:
    """Rows as they stand below the tuned layers, in bfloat16, because they are many.

    Args:
        network: Runs the frozen layers.
        rows: Token ids of each row.
        n_before: Tokens in front of every prompt.
    """

    def __init__(self, network: StarNetwork, rows: Sequence[list[int]], n_before: int) -> None:
        self.lengths = np.array([len(row) for row in rows])
        self.n_before = n_before
        self._device = network.weights.device
        self._states: list[torch.Tensor] = [torch.empty(0)] * len(rows)
        for done, index in enumerate(by_length(self.lengths, READ_BATCH)):
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(rows[row]) for row in index], batch_first=True)
            mask = token_mask(torch.tensor(self.lengths[index]))
            with _bfloat16(self._device):
                states = network.lower(ids.to(self._device), mask.to(self._device)).to(torch.bfloat16).cpu()
            for row, state in zip(index, states, strict=True):
                self._states[row] = state[: self.lengths[row]].clone()
            if done % 10 == 0:
                logger.info("frozen layers: %d of %d rows", min((done + 1) * READ_BATCH, len(rows)), len(rows))

    def batch(self, index: IntArray) -> tuple[torch.Tensor, torch.Tensor]:
        """States (m, length, width) and mask (m, length) of the given rows."""
        states = torch.nn.utils.rnn.pad_sequence([self._states[row] for row in index], batch_first=True)
        mask = token_mask(torch.tensor(self.lengths[index]))
        return states.to(self._device).float(), mask.to(self._device)


def load_network(gguf: Path, layers: int | None, device: str) -> tuple[StarNetwork, Any]:
    """The network with the LLM's own weights, of which the upper `layers` (None: all) are tuned, and its tokenizer."""
    from transformers import AutoModel, AutoTokenizer

    folder = str(gguf.parent)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf.name)
    trunk: Any = AutoModel.from_pretrained(folder, gguf_file=gguf.name, dtype=torch.float32)
    return StarNetwork(trunk, layers).to(device).eval(), tokenizer


def tokenize(tokenizer: Any, prompts: Sequence[str]) -> tuple[list[list[int]], int]:  # noqa: ANN401
    """Token ids of each prompt in its chat turn, as serving reads them, and how many stand in front of every prompt."""
    before, after = (tokenizer(text, add_special_tokens=False).input_ids for text in (BEFORE, AFTER))
    rows = []
    for prompt in prompts:
        ids = tokenizer(prompt, add_special_tokens=False, split_special_tokens=True).input_ids
        rows.append([*before, *ids[:MAX_PROMPT_TOKENS], *after])
    return rows, len(before)


@torch.no_grad()
def features_of(network: StarNetwork, states: LowerStates, rows: IntArray) -> FloatArray:
    """What the head reads of the given rows, (m, 2 × width)."""
    found = np.empty((len(rows), len(network.weights)))
    for index in by_length(states.lengths[rows], READ_BATCH):
        with _bfloat16(network.weights.device):
            read = network.features(*states.batch(rows[index]), states.n_before)
        found[index] = read.cpu().double().numpy()
    return found


def epochs(
    network: StarNetwork, states: LowerStates, low: IntArray, high: IntArray, rows: IntArray, plan: Tuning, seed: int
) -> Iterator[int]:
    """Trains the network in place; after each epoch its number is yielded, so that rows left out can be scored.

    Args:
        network: With its head set.
        states: All rows below the tuned layers.
        low: Fewest stars of each row, (n,).
        high: Most stars, (n,).
        rows: The rows to learn from.
        plan: Hyper-parameters.
        seed: Of the order of rows.
    """
    random = np.random.default_rng(seed)
    trained = list(network.trained().values())
    optimizer = torch.optim.AdamW(trained, lr=plan.rate, weight_decay=plan.decay)
    n_steps = plan.epochs * -(-len(rows) // plan.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(_share_of_rate, n_steps))
    device = network.weights.device
    for epoch in range(1, plan.epochs + 1):
        losses = []
        for index in _order(states.lengths, rows, plan.batch, random):
            with _bfloat16(device):
                read = network.features(*states.batch(index), states.n_before)
            bounds = (torch.tensor(bound[index], device=device) for bound in (low, high))
            loss = network.loss(network.scores(read), *bounds)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        logger.info("epoch %d: mean loss %.4f over %d steps", epoch, np.mean(losses), len(losses))
        yield epoch


def _order(lengths: IntArray, rows: IntArray, size: int, random: np.random.Generator) -> list[IntArray]:
    shuffled = random.permutation(rows)
    batches: list[IntArray] = []
    for start in range(0, len(rows), size * POOL):
        pool = shuffled[start : start + size * POOL]
        batches += [pool[index] for index in by_length(lengths[pool], size)]
    return [batches[place] for place in random.permutation(len(batches))]


def _share_of_rate(n_steps: int, step: int) -> float:
    """Rises over the first tenth of the steps and falls to zero behind the last."""
    warm = max(1, n_steps // 10)
    return min((step + 1) / warm, (n_steps - step) / max(1, n_steps - warm), 1.0)


def _bfloat16(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)
