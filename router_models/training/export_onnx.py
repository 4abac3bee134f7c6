"""Exports encoders to ONNX: the frozen sentence encoder, and the fine-tuned one with its heads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from numpy.typing import NDArray

from router_models.training.encoder_graph import GraphBuilder
from router_models.training.encoder_names import CHAT, N_ROUTES, QUALITY
from router_models.training.encoder_weights import Weights

if TYPE_CHECKING:
    from torch import nn
    from transformers import DistilBertModel

    from router_models.training.encoder_network import RoutingEncoder

ONNX_FILE = "model.onnx"


def export_frozen(trunk: DistilBertModel, path: Path, weights: Weights) -> None:
    """Writes the sentence encoder: output `embedding` (n, dim), the mean over tokens scaled to unit length.

    Args:
        trunk: The encoder.
        path: The ONNX file to write.
        weights: How matrices are stored.
    """
    graph = GraphBuilder(_arrays(trunk), trunk.config.n_heads, weights)
    pooled = graph.mean_pool(graph.trunk()[-1])
    graph.add("LpNormalization", [pooled], "embedding", axis=-1, p=2)
    _save(graph.model({"embedding": trunk.config.dim}, "sentence-encoder"), path)


def export_tuned(network: RoutingEncoder, path: Path, weights: Weights) -> None:
    """Writes the fine-tuned encoder: one output of logits (n, n_routes) per head.

    Args:
        network: The trained network.
        path: The ONNX file to write.
        weights: How matrices are stored.
    """
    trunk = network.trunk
    graph = GraphBuilder({**_arrays(network), **_arrays(trunk)}, trunk.config.n_heads, weights)
    hidden = graph.trunk()
    top, words, lower = hidden[-1], hidden[0], hidden[network.frozen_layers]
    length = graph.log_length()
    tuned = graph.add("Concat", [graph.mean_pool(top), graph.first_token(top), length], "tuned_features", axis=1)
    inner = graph.linear(tuned, "chat_head.inner", f"{CHAT}.inner")
    graph.linear(graph.add("Relu", [inner], f"{CHAT}.active"), "chat_head.outer", CHAT)
    frozen = graph.add("Concat", [graph.mean_pool(words), graph.mean_pool(lower), length], "frozen_features", axis=1)
    graph.linear(frozen, "quality_head", QUALITY)
    _save(graph.model(N_ROUTES, "routing-encoder"), path)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _arrays(module: nn.Module, prefix: str = "") -> Mapping[str, NDArray[np.float32]]:
    return {prefix + key: value.detach().float().cpu().numpy() for key, value in module.state_dict().items()}


def _save(model: onnx.ModelProto, path: Path) -> None:
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
