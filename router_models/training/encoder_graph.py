"""The encoder as an ONNX graph: the DistilBERT forward pass written with ONNX Runtime's fused operators.

Written by hand rather than traced, because the file then holds exactly what serving needs (one fused attention per
layer, q/k/v in one product), does not change with the exporter's version, and keeps readable weight names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from router_models.training.encoder_weights import Float32Weights, Weights

MICROSOFT = "com.microsoft"
_OPSETS = (("", 18), (MICROSOFT, 1))
_IR_VERSION = 9
_LAYER_NORM_EPSILON = 1e-12

Shapes = Mapping[str, Sequence[str | int]]
"""Tensor → its shape, a name standing for a size that differs from run to run."""

TOKENS: Shapes = {"input_ids": ("n", "length"), "attention_mask": ("n", "length")}
"""The tensors of whole numbers; all others are float32."""


class GraphBuilder:
    """Collects the nodes and initialisers of one encoder.

    Args:
        state: The trunk's `DistilBertModel.state_dict()` as float32 arrays, plus the heads' weights.
        heads: Number of attention heads.
        weights: How matrices are stored: float32, or 8 bits.
    """

    def __init__(self, state: Mapping[str, NDArray[np.float32]], heads: int, weights: Weights | None = None) -> None:
        self._state = state
        self._heads = heads
        self._weights = weights or Float32Weights()
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def add(self, op: str, inputs: list[str], name: str, domain: str = "", **attributes: int | float) -> str:
        """Adds a node with one output, called `name`, and returns that name."""
        node = helper.make_node(op, inputs, [name], name=name, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return name

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Adds an initialiser and returns its name."""
        self.initializers.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def parameter(self, name: str) -> str:
        """Adds a float32 weight of the state under its own name."""
        return self.constant(name, self._state[name])

    def linear(self, x: str, name: str, output: str) -> str:
        """Adds the torch linear layer `name` in float32, for the small matrices outside the trunk."""
        weight, bias = self.parameter(f"{name}.weight"), self.parameter(f"{name}.bias")
        return self.add("Gemm", [x, weight, bias], output, transB=1)

    def product(self, x: str, name: str) -> str:
        """Adds the torch linear layer `name` without its bias, stored as `weights` says."""
        return self._weights.matmul(self, x, f"{name}.weight", self._state[f"{name}.weight"])

    def embeddings(self) -> str:
        """Adds the word and position embeddings of `input_ids`; returns their sum, normalised, (n, length, dim)."""
        table = "embeddings.word_embeddings.weight"
        words = self._weights.lookup(self, "input_ids", table, self._state[table])
        length = self.add("Shape", ["input_ids"], "length_of_batch", start=1)
        start = self.constant("slice_start", np.array([0], np.int64))
        table = self.parameter("embeddings.position_embeddings.weight")
        places = self.add("Slice", [table, start, length], "position_rows")
        total = self.add("Add", [words, places], "embeddings.sum")
        return self._layer_norm(total, "embeddings.LayerNorm")

    def layers(self, hidden: str, start: int, stop: int) -> str:
        """Adds layers `start` to `stop` − 1; returns the hidden states after the last, (n, length, dim)."""
        self.add("Cast", ["attention_mask"], "mask_int32", to=TensorProto.INT32)
        self.constant("axis_1", np.array([1], np.int64))
        self.constant("axis_2", np.array([2], np.int64))
        self.add("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
        mask = self.add("Unsqueeze", ["mask_float", "axis_2"], "mask_column")
        self.add("ReduceSum", [mask, "axis_1"], "count", keepdims=0)
        for i in range(start, stop):
            hidden = self._layer(hidden, f"transformer.layer.{i}")
        return hidden

    def mean_pool(self, hidden: str) -> str:
        """Adds the mean of hidden states over the tokens under the mask, (n, dim)."""
        masked = self.add("Mul", [hidden, "mask_column"], f"{hidden}.masked")
        total = self.add("ReduceSum", [masked, "axis_1"], f"{hidden}.total", keepdims=0)
        return self.add("Div", [total, "count"], f"{hidden}.mean")

    def log_length(self) -> str:
        """Adds the natural logarithm of the number of tokens under the mask, (n, 1)."""
        return self.add("Log", ["count"], "log_length")

    def first_token(self, hidden: str) -> str:
        """Adds the hidden state of the first token, `[CLS]`, (n, dim)."""
        return self.add("Gather", [hidden, self.constant("zero", np.array(0, np.int64))], "first", axis=1)

    def model(self, inputs: Shapes, outputs: Shapes, name: str) -> onnx.ModelProto:
        """Closes the graph between the tensors that it is given and those that it gives."""
        graph = helper.make_graph(self.nodes, name, _values(inputs), _values(outputs), self.initializers)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="router-playground")

    def _layer_norm(self, x: str, name: str) -> str:
        scale, shift = self.parameter(f"{name}.weight"), self.parameter(f"{name}.bias")
        return self.add("LayerNormalization", [x, scale, shift], f"{name}.out", axis=-1, epsilon=_LAYER_NORM_EPSILON)

    def _residual_norm(self, x: str, product: str, linear: str, norm: str) -> str:
        """LayerNorm(x + product + bias of `linear`), fused."""
        inputs = [product, x, self.parameter(f"{norm}.weight"), self.parameter(f"{norm}.bias")]
        inputs.append(self.parameter(f"{linear}.bias"))
        return self.add("SkipLayerNormalization", inputs, f"{norm}.out", domain=MICROSOFT, epsilon=_LAYER_NORM_EPSILON)

    def _layer(self, x: str, name: str) -> str:
        attended = self.product(self._attention(x, f"{name}.attention"), f"{name}.attention.out_lin")
        x = self._residual_norm(x, attended, f"{name}.attention.out_lin", f"{name}.sa_layer_norm")
        wide = self.product(x, f"{name}.ffn.lin1")
        bias = self.parameter(f"{name}.ffn.lin1.bias")
        active = self.add("BiasGelu", [wide, bias], f"{name}.ffn.gelu", domain=MICROSOFT)
        narrow = self.product(active, f"{name}.ffn.lin2")
        return self._residual_norm(x, narrow, f"{name}.ffn.lin2", f"{name}.output_layer_norm")

    def _attention(self, x: str, name: str) -> str:
        parts = ("q_lin", "k_lin", "v_lin")
        stacked = np.concatenate([self._state[f"{name}.{part}.weight"] for part in parts])
        bias = np.concatenate([self._state[f"{name}.{part}.bias"] for part in parts])
        product = self._weights.matmul(self, x, f"{name}.qkv_lin.weight", stacked)
        query, key, value = (f"{name}.{part}.out" for part in parts)
        self.nodes.append(
            helper.make_node("Split", [product], [query, key, value], name=f"{name}.split", axis=-1, num_outputs=3)
        )
        inputs = [query, key, value, self.constant(f"{name}.qkv_lin.bias", bias), "mask_int32"]
        return self.add("MultiHeadAttention", inputs, f"{name}.context", domain=MICROSOFT, num_heads=self._heads)


def _values(tensors: Shapes) -> list[onnx.ValueInfoProto]:
    return [
        helper.make_tensor_value_info(name, TensorProto.INT64 if name in TOKENS else TensorProto.FLOAT, shape)
        for name, shape in tensors.items()
    ]
