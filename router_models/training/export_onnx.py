"""Exports encoders to ONNX in parts: lower layers, which are shared, and upper ones, frozen or fine-tuned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from numpy.typing import NDArray

from router_models.encoder import EMBEDDING, MEANS, STATES
from router_models.training.encoder_graph import TOKENS, GraphBuilder, Shapes
from router_models.training.encoder_names import CHAT, N_ROUTES
from router_models.training.encoder_weights import Weights

if TYPE_CHECKING:
    from torch import nn
    from transformers import DistilBertModel

    from router_models.training.encoder_network import RoutingEncoder

MASK: Shapes = {"attention_mask": TOKENS["attention_mask"]}


def export_lower(trunk: DistilBertModel, n_layers: int, path: Path, weights: Weights) -> None:
    """Writes embeddings and the first layers, which all encoders with the same base share.

    Outputs: `states` (n, length, dim) after the last of them, which the upper parts read; and `means`
    (n, 2 · dim + 1): mean word embedding, mean state, natural logarithm of the number of tokens.

    Args:
        trunk: The encoder.
        n_layers: How many of its layers.
        path: The ONNX file to write.
        weights: How matrices are stored.
    """
    graph = GraphBuilder(_arrays(trunk), trunk.config.n_heads, weights)
    words = graph.embeddings()
    top = graph.layers(words, 0, n_layers)
    graph.add("Identity", [top], STATES)
    means = [graph.mean_pool(words), graph.mean_pool(top), graph.log_length()]
    graph.add("Concat", means, MEANS, axis=1)
    dim = trunk.config.dim
    _save(graph.model(TOKENS, {STATES: ("n", "length", dim), MEANS: ("n", 2 * dim + 1)}, "encoder-lower"), path)


def export_sentence_encoder(trunk: DistilBertModel, n_lower: int, path: Path, weights: Weights) -> None:
    """Writes the layers above the lower part: output `embedding` (n, dim), the mean token scaled to unit length.

    Args:
        trunk: The encoder.
        n_lower: How many layers the lower part has.
        path: The ONNX file to write.
        weights: How matrices are stored.
    """
    graph = GraphBuilder(_arrays(trunk), trunk.config.n_heads, weights)
    pooled = graph.mean_pool(graph.layers(STATES, n_lower, trunk.config.n_layers))
    dim = trunk.config.dim
    graph.add("LpNormalization", [pooled], EMBEDDING, axis=-1, p=2)
    inputs = {STATES: ("n", "length", dim), **MASK}
    _save(graph.model(inputs, {EMBEDDING: ("n", dim)}, "sentence-encoder"), path)


def export_chat_encoder(network: RoutingEncoder, path: Path, weights: Weights) -> None:
    """Writes the fine-tuned layers above the lower part and the chat head: output `logits_3way` (n, 3).

    Args:
        network: The trained network.
        path: The ONNX file to write.
        weights: How matrices are stored.
    """
    trunk = network.trunk
    graph = GraphBuilder({**_arrays(network), **_arrays(trunk)}, trunk.config.n_heads, weights)
    _save_chat(graph, network, network.frozen_layers, trunk.config.n_layers, path)


def export_chat_head(network: RoutingEncoder, path: Path) -> None:
    """Writes the chat head alone in float32, for a network whose trunk is its own stem: output `logits_3way` (n, 3)."""
    _save_chat(GraphBuilder(_arrays(network.chat_head, "chat_head."), heads=1), network, 0, 0, path)


def _save_chat(graph: GraphBuilder, network: RoutingEncoder, start: int, stop: int, path: Path) -> None:
    """Adds layers `start` to `stop` − 1 above the states, then pooling and the chat head."""
    top = graph.layers(STATES, start, stop)
    features = [graph.mean_pool(top), graph.first_token(top), graph.log_length()]
    inner = graph.linear(graph.add("Concat", features, "features", axis=1), "chat_head.inner", f"{CHAT}.inner")
    graph.linear(graph.add("Relu", [inner], f"{CHAT}.active"), "chat_head.outer", CHAT)
    inputs = {STATES: ("n", "length", network.trunk.config.hidden_size), **MASK}
    _save(graph.model(inputs, {CHAT: ("n", N_ROUTES[CHAT])}, "routing-encoder"), path)


def export_quality_head(network: RoutingEncoder, path: Path) -> None:
    """Writes the linear head on the lower part's `means` as an npz: `weight` (2, 2 · dim + 1) and `bias` (2,)."""
    arrays = _arrays(network.quality_head)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, weight=arrays["weight"], bias=arrays["bias"])


def _arrays(module: nn.Module, prefix: str = "") -> Mapping[str, NDArray[np.float32]]:
    return {prefix + key: value.detach().float().cpu().numpy() for key, value in module.state_dict().items()}


def _save(model: onnx.ModelProto, path: Path) -> None:
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
