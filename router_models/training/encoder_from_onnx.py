"""Rebuilds the torch network from the served files, 8-bit weights included.

So anybody can check, fine-tune further or inspect what is served without downloading the float32 weights.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from transformers import DistilBertConfig, DistilBertModel

from router_models.encoder import LOWER_FILE, UPPER_FILE
from router_models.encoder_routers import HEAD_FILE
from router_models.training.encoder_network import RoutingEncoder
from router_models.training.encoder_weights import dequantize_blocks, dequantize_rows

_PARTS = ("q_lin", "k_lin", "v_lin")
_WORDS = "embeddings.word_embeddings.weight"
_POSITIONS = "embeddings.position_embeddings.weight"
_HEADS = ("chat_head.", "quality_head.")


def load_served(weights: Path) -> RoutingEncoder:
    """The network whose weights are those of the ONNX files that training wrote with 8-bit weights.

    Args:
        weights: Folder of the routers' weights.

    Returns:
        The network in evaluation mode; its outputs differ from the files' by the rounding of activations only.
    """
    tuned = weights / "tuned-encoder"
    lower = tuned / LOWER_FILE if (tuned / LOWER_FILE).is_file() else weights / "encoder" / LOWER_FILE
    parts = [onnx.load(path) for path in (lower, tuned / UPPER_FILE)]
    state = _dequantized({t.name: numpy_helper.to_array(t) for part in parts for t in part.graph.initializer})
    with np.load(weights / "encoder-quality" / HEAD_FILE, allow_pickle=False) as head:
        state |= {f"quality_head.{name}": head[name] for name in ("weight", "bias")}
    network = RoutingEncoder(DistilBertModel(_config([node for part in parts for node in part.graph.node], state)))
    network.load_state_dict(
        {
            (key if key.startswith(_HEADS) else f"trunk.{key}"): torch.tensor(value)
            for key, value in state.items()
            if key.startswith((*_HEADS, "embeddings.", "transformer."))
        }
    )
    return network.eval()


def _dequantized(stored: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.float32]]:
    """Float32 weights under the torch names."""
    weights: dict[str, NDArray[np.float32]] = {}
    for name, value in stored.items():
        if name.endswith(".codes"):
            name = name.removesuffix(".codes")
            weights[name] = _matrix(value, stored[f"{name}.scales"].astype(np.float32))
        elif name.endswith((".weight", ".bias")):
            weights[name] = value.astype(np.float32)
    return _with_split_attention(weights)


def _matrix(codes: NDArray[np.generic], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """The float32 matrix (n_out, n_in), or table, of codes in any of the three layouts."""
    if codes.ndim == 3:
        return dequantize_blocks(codes.astype(np.uint8), scales.reshape(codes.shape[:2]))
    if scales.ndim == 2:
        return dequantize_rows(codes.astype(np.int8), scales)
    return dequantize_rows(codes.astype(np.int8).T, scales[:, None])


def _with_split_attention(weights: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Splits each stacked query/key/value product into its three layers."""
    split: dict[str, NDArray[np.float32]] = {}
    for name, value in weights.items():
        if ".qkv_lin." in name:
            for part, rows in zip(_PARTS, np.split(value, len(_PARTS)), strict=True):
                split[name.replace("qkv_lin", part)] = rows
        else:
            split[name] = value
    return split


def _config(nodes: list[onnx.NodeProto], weights: dict[str, NDArray[np.float32]]) -> DistilBertConfig:
    attention = [node for node in nodes if node.op_type == "MultiHeadAttention"]
    heads = {entry.name: helper.get_attribute_value(entry) for entry in attention[0].attribute}["num_heads"]
    vocabulary, dim = weights[_WORDS].shape
    return DistilBertConfig(
        vocab_size=vocabulary,
        max_position_embeddings=len(weights[_POSITIONS]),
        dim=dim,
        hidden_dim=len(weights["transformer.layer.0.ffn.lin1.bias"]),
        n_layers=len(attention),
        n_heads=heads,
    )
