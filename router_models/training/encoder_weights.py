"""How an encoder's matrices are stored in its ONNX file: as float32, or in 8 bits.

The usual dynamic quantisation takes one activation scale for a whole batch, so a prompt's result depends on the prompts
beside it and on their padding. Here every token has scales of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

if TYPE_CHECKING:
    from router_models.training.encoder_graph import GraphBuilder

BLOCK = 64
"""Inputs that share a scale where activations have outliers."""

_WITH_OUTLIERS = (".qkv_lin.weight", ".ffn.lin2.weight")

_LEVELS = 127
"""Codes go from −127 to 127."""

_MIDDLE = 128
"""The code of 0 where codes are unsigned."""

_LEAST_SCALE = 1e-30
INT8_COMPUTE = 4
"""MatMulNBits' accuracy level at which it quantises activations to 8 bits too."""

_MICROSOFT = "com.microsoft"


class Weights(Protocol):
    """How to add a matrix product and a table lookup to a graph."""

    def matmul(self, graph: GraphBuilder, x: str, name: str, weight: NDArray[np.float32]) -> str:
        """Adds `x @ weight.T`, where `weight` is (n_out, n_in); returns the output's name."""

    def lookup(self, graph: GraphBuilder, ids: str, name: str, table: NDArray[np.float32]) -> str:
        """Adds the rows `table[ids]`; returns the output's name."""


class Float32Weights:
    """Weights as they are."""

    def matmul(self, graph: GraphBuilder, x: str, name: str, weight: NDArray[np.float32]) -> str:
        """Adds `x @ weight.T` in float32."""
        return graph.add("MatMul", [x, graph.constant(name, weight.T)], f"{name}.product")

    def lookup(self, graph: GraphBuilder, ids: str, name: str, table: NDArray[np.float32]) -> str:
        """Adds the rows `table[ids]` in float32."""
        return graph.add("Gather", [graph.constant(name, table), ids], f"{name}.rows", axis=0)


class Int8Weights:
    """Weights in 8 bits, and activations quantised token by token while the graph runs.

    Where activations have outliers (in front of attention, and inside the feed-forward block) a scale covers 64 inputs,
    which `MatMulNBits` does; the other two products take one scale per output and token, which is twice as fast.
    """

    def matmul(self, graph: GraphBuilder, x: str, name: str, weight: NDArray[np.float32]) -> str:
        """Adds `x @ weight.T` as a product of integers."""
        return (_in_blocks if name.endswith(_WITH_OUTLIERS) else _per_token)(graph, x, name, weight)

    def lookup(self, graph: GraphBuilder, ids: str, name: str, table: NDArray[np.float32]) -> str:
        """Adds the rows `table[ids]`, stored as int8 with one scale per row."""
        codes, scales = quantize_rows(table)
        found = graph.add("Gather", [graph.constant(f"{name}.codes", codes), ids], f"{name}.code_rows", axis=0)
        factors = graph.add("Gather", [graph.constant(f"{name}.scales", scales), ids], f"{name}.scale_rows", axis=0)
        floats = graph.add("Cast", [found], f"{name}.float_rows", to=TensorProto.FLOAT)
        return graph.add("Mul", [floats, factors], f"{name}.rows")


def _in_blocks(graph: GraphBuilder, x: str, name: str, weight: NDArray[np.float32]) -> str:
    """Adds a product whose weights and activations have one scale per block of inputs."""
    codes, scales = quantize_blocks(weight)
    inputs = [x, graph.constant(f"{name}.codes", codes), graph.constant(f"{name}.scales", scales)]
    n_out, n_in = weight.shape
    shape = {"K": n_in, "N": n_out, "bits": 8, "block_size": BLOCK, "accuracy_level": INT8_COMPUTE}
    return graph.add("MatMulNBits", inputs, f"{name}.product", domain=_MICROSOFT, **shape)


def _per_token(graph: GraphBuilder, x: str, name: str, weight: NDArray[np.float32]) -> str:
    """Adds a product with one scale per output, and one scale and centre per token.

    A token's codes stand for its distance from the middle of its range, because outliers tend to lie on one side; the
    middle's share of the product is added afterwards.
    """
    codes, scales = quantize_rows(weight)
    last_axis = graph.constant(f"{name}.axis", np.array([-1], np.int64))
    one = graph.constant(f"{name}.one", np.array(1, np.float32))
    half = graph.constant(f"{name}.half", np.array(0.5, np.float32))
    step = graph.constant(f"{name}.step", np.array(1 / _LEVELS, np.float32))
    least = graph.constant(f"{name}.least", np.array(_LEAST_SCALE, np.float32))
    zero_code = graph.constant(f"{name}.zero_code", np.array(_MIDDLE, np.uint8))
    highest = graph.add("ReduceMax", [x, last_axis], f"{name}.highest", keepdims=1)
    lowest = graph.add("ReduceMin", [x, last_axis], f"{name}.lowest", keepdims=1)
    middle = graph.add("Mul", [graph.add("Add", [highest, lowest], f"{name}.ends"), half], f"{name}.middle")
    reach = graph.add("Max", [graph.add("Sub", [highest, middle], f"{name}.reach"), least], f"{name}.positive")
    scale = graph.add("Mul", [reach, step], f"{name}.token_scale")
    scaled = graph.add("Div", [graph.add("Sub", [x, middle], f"{name}.centred"), scale], f"{name}.scaled")
    token_codes = graph.add("QuantizeLinear", [scaled, one, zero_code], f"{name}.token_codes")
    weight_codes = graph.constant(f"{name}.codes", codes.T)
    weight_scales = graph.constant(f"{name}.scales", scales[:, 0])
    inputs = [token_codes, weight_codes, one, weight_scales, zero_code]
    centred = graph.add("MatMulIntegerToFloat", inputs, f"{name}.integer_product", domain=_MICROSOFT)
    sums = graph.constant(f"{name}.sums", dequantize_rows(codes, scales).sum(axis=1))
    shift = graph.add("Mul", [middle, sums], f"{name}.middle_product")
    return graph.add("Add", [graph.add("Mul", [centred, scale], f"{name}.centred_product"), shift], f"{name}.product")


def quantize_blocks(weight: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Quantises a matrix (n_out, n_in) in blocks of `BLOCK` inputs, as `MatMulNBits` reads it.

    Returns:
        Codes (n_out, n_in / BLOCK, BLOCK) around 128, and scales (n_out, n_in / BLOCK).
    """
    n_out = len(weight)
    codes, scales = quantize_rows(weight.reshape(-1, BLOCK))
    return (codes.astype(np.int16) + _MIDDLE).astype(np.uint8).reshape(n_out, -1, BLOCK), scales.reshape(n_out, -1)


def dequantize_blocks(codes: NDArray[np.uint8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """The matrix that codes and scales of `quantize_blocks` stand for."""
    blocks: NDArray[np.float32] = (codes.astype(np.float32) - _MIDDLE) * scales[..., None]
    return blocks.reshape(len(codes), -1)


def quantize_rows(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Quantises a matrix row by row, a row being one output of a layer or one entry of a table.

    Returns:
        Codes of the matrix's shape, and scales (n_rows, 1); a row of zeros has scale 1.
    """
    largest = np.abs(values).max(axis=1, keepdims=True)
    scales = np.where(largest > 0, largest / _LEVELS, 1).astype(np.float32)
    return np.rint(values / scales).astype(np.int8), scales


def dequantize_rows(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """The matrix that codes and scales of `quantize_rows` stand for."""
    values: NDArray[np.float32] = codes.astype(np.float32) * scales
    return values
