"""Exports a network that is served whole: the base's forward pass, traced to ONNX, in 8 bits where they agree.

The files have the names, inputs and outputs of an encoder in parts, so serving knows no difference: the whole trunk is
its own stem (`lower.onnx`), and all that lies above it is the chat head (`upper.onnx`).
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from benchmarks.benchmark import FloatArray
from errors import PlaygroundError
from router_models.encoder import LOWER_FILE, MAX_TOKENS, MEANS, STATES, UPPER_FILE
from router_models.onnx_model import OnnxModel
from router_models.training.encoder_batches import padded_batches
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.encoder_network import frozen_features
from router_models.training.encoder_traced_weights import in_8_bits
from router_models.training.encoder_whole import WholeEncoder
from router_models.training.export_onnx import export_chat_head
from router_models.training.temperature import apply_temperature

LARGEST_CHANGE = 0.03
"""Of any probability, by storing weights in 8 bits."""

TRACE_TOLERANCE = 1e-3
"""Of any probability, by tracing alone."""

OPSET = 18
_TRACED_SHAPE = (3, 24)
_INPUTS = ["input_ids", "attention_mask"]

logger = logging.getLogger(__name__)


class _Stem(nn.Module):
    """What `lower.onnx` computes."""

    def __init__(self, network: WholeEncoder) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        words, lower, top = self.network.hidden(input_ids, attention_mask)
        return top, frozen_features(words, lower, attention_mask)


def export_whole(network: WholeEncoder, folder: Path, checked_ids: Sequence[list[int]]) -> bool:
    """Writes `lower.onnx` and `upper.onnx`; returns whether the weights are stored in 8 bits.

    They are if that changes no probability of either head by more than `LARGEST_CHANGE`; else they stay float32.

    Args:
        network: The trained network.
        folder: Where to.
        checked_ids: Token ids of the prompts on which both are compared, of several lengths.

    Raises:
        PlaygroundError: The traced graph is not the network, because the base computes something outside of torch.
    """
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    lower = folder / LOWER_FILE
    export_chat_head(network, folder / UPPER_FILE)
    _trace(network, lower)
    _check_trace(network, folder, checked_ids)
    exact = onnx.load(lower)
    onnx.save(in_8_bits(exact), lower)
    change = largest_change(network, folder, checked_ids)
    logger.info("8 bits change probabilities by %.3f at most", change)
    if change <= LARGEST_CHANGE:
        return True
    logger.warning("more than %.2f: the weights stay float32, four times as large", LARGEST_CHANGE)
    onnx.save(exact, lower)
    return False


def largest_change(network: WholeEncoder, folder: Path, ids: Sequence[list[int]]) -> float:
    """Largest difference of any probability between the exported files and the network.

    Args:
        network: In evaluation mode.
        folder: Holds what was exported.
        ids: Token ids of prompts.
    """
    lower = OnnxModel(folder / LOWER_FILE, [STATES, MEANS])
    upper = OnnxModel(folder / UPPER_FILE, [CHAT])
    largest = 0.0
    for _, input_ids, mask in padded_batches([row[:MAX_TOKENS] for row in ids], 8):
        states, means = lower.run(input_ids=input_ids.numpy(), attention_mask=mask.numpy())
        chat = upper.run(states=states, attention_mask=mask.numpy())[0]
        with torch.inference_mode():
            quality = network.quality_head(torch.tensor(means)).numpy()
            exact = network(input_ids, mask)
        for found, head in ((chat, CHAT), (quality, QUALITY)):
            change = np.abs(_probabilities(found) - _probabilities(exact[head].numpy()))
            largest = max(largest, float(change.max()))
    return largest


def _check_trace(network: WholeEncoder, folder: Path, ids: Sequence[list[int]]) -> None:
    """A base that turns lengths into Python numbers is traced with the lengths of the example."""
    kind = network.trunk.config.model_type
    mend = "Choose another encoder as --base: RoBERTa, DeBERTa and ModernBERT are known to work."
    try:
        change = largest_change(network, folder, ids)
    except Exception as error:  # ONNX Runtime raises many kinds, all of which mean: it does not run on these prompts
        raise PlaygroundError(f"The traced graph of this '{kind}' does not run: {error}.", mend) from error
    if change > TRACE_TOLERANCE:
        raise PlaygroundError(f"The traced graph of this '{kind}' changes probabilities by {change:.3f}.", mend)


def _probabilities(logits: FloatArray) -> FloatArray:
    return apply_temperature(logits, 1.0)


def _trace(network: WholeEncoder, path: Path) -> None:
    """Writes the trunk in float32, with both sizes of its inputs free."""
    ids = torch.arange(math.prod(_TRACED_SHAPE)).reshape(_TRACED_SHAPE) % network.trunk.config.vocab_size
    mask = torch.ones_like(ids)
    mask[1, _TRACED_SHAPE[1] // 2 :] = 0
    sizes = {0: "n", 1: "length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every constant that a base computes in Python
        torch.onnx.export(
            _Stem(network).eval(),
            (ids, mask),
            str(path),
            input_names=_INPUTS,
            output_names=[STATES, MEANS],
            dynamic_axes={**dict.fromkeys((*_INPUTS, STATES), sizes), MEANS: {0: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )
