"""The Keras networks as ONNX graphs, written node by node from the trained weights.

The graphs are small: a look-up, convolutions, ONNX's own LSTM, pooling and one matrix product. Writing them by hand
needs no converter that must keep pace with TensorFlow, keeps the word embeddings in 8 bits and makes padding explicit.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from router_models.training.keras_network import (
    EMBEDDING,
    convolution_name,
    dense_name,
    hidden_name,
    lstm_levels,
    lstm_name,
)
from router_models.training.keras_recipes import Shape

if TYPE_CHECKING:
    import keras
    from onnx import NodeProto, TensorProto

OPSET = 17
IR_VERSION = 9
KERAS_GATES = (0, 3, 1, 2)
"""Where ONNX's gates (input, output, forget, cell) stand in Keras' order."""


def export_onnx(model: keras.Model, shape: Shape, path: Path) -> None:
    """Write the network to an ONNX file.

    Inputs are `input_ids` and `attention_mask`, both int64 (n, length); the output is `logits`, float32 (n, 2).

    Args:
        model: A network made by `build_network`, its word embeddings in float32 or quantised to 8 bits.
        shape: The hyper-parameters it was made with.
        path: The file to write.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(model, shape)
    graph.write()
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])]
    proto = helper.make_model(
        helper.make_graph(graph.nodes, f"keras-{shape.architecture}", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="router-playground",
    )
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, path)


class _Graph:
    """Nodes and constants under construction; methods return names of tensors, sequences being (n, length, width)."""

    def __init__(self, model: keras.Model, shape: Shape) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._model, self._shape = model, shape

    def write(self) -> None:
        from onnx import TensorProto

        self._axes = {axis: self._constant(f"axis_{axis}", np.array([axis])) for axis in (1, 2)}
        mask = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        self._real = self._node("Unsqueeze", mask, self._axes[2])
        one = self._constant("one", np.ones(1, dtype=np.float32))
        two = self._constant("two", np.full(1, 2, dtype=np.float32))
        # Added before a maximum: no state is below -1 (tanh) or 0 (ReLU), so a padded one at -2 never wins.
        self._below = self._node("Mul", self._node("Sub", self._real, one), two)
        n_tokens = self._node("ReduceSum", mask, self._axes[1], keepdims=1)
        self._n_tokens = self._node("Max", n_tokens, one)
        self._lengths = self._node(
            "Cast", self._node("ReduceSum", mask, self._axes[1], keepdims=0), to=TensorProto.INT32
        )
        tokens = self._node("Mul", self._embedding(), self._real)
        members = [self._member(tokens, member) for member in range(self._shape.members)]
        # The mean of the members' logits is one product with their stacked matrices.
        dense = [self._weights(dense_name(member)) for member in range(self._shape.members)]
        kernel = np.concatenate([kernel for kernel, _ in dense]) / np.float32(len(dense))
        bias = np.asarray(np.mean([bias for _, bias in dense], axis=0, dtype=np.float32))
        features = self._joined([feature for member in members for feature in member])
        matrix = self._constant("dense_kernel", kernel), self._constant("dense_bias", bias)
        self._node("Gemm", features, *matrix, output="logits")

    def _embedding(self) -> str:
        from onnx import TensorProto

        table, *scale = self._weights(EMBEDDING)
        found = self._node("Gather", self._constant("embedding", table), "input_ids")
        if not scale:
            return found
        steps = (1.0 / scale[0]).astype(np.float32)[:, None]
        step = self._node("Gather", self._constant("embedding_step", steps), "input_ids")
        return self._node("Mul", self._node("Cast", found, to=TensorProto.FLOAT), step)

    def _member(self, tokens: str, member: int) -> list[str]:
        """Tensors that the member's last layer reads, side by side."""
        features = self._features(tokens, member)
        if self._shape.length:
            features.append(self._node("Log", self._n_tokens))
        if not self._shape.hidden:
            return features
        name = hidden_name(member)
        matrix = [self._constant(f"{name}_{i}", array) for i, array in enumerate(self._weights(name))]
        return [self._node("Relu", self._node("Gemm", self._joined(features), *matrix))]

    def _features(self, tokens: str, member: int) -> list[str]:
        shape = self._shape
        if shape.architecture == "dnn":
            return self._pool(tokens)
        if shape.architecture in ("cnn", "cnn-lstm"):
            found = [self._convolution(tokens, member, width) for width in shape.widths]
            if shape.architecture == "cnn":
                return [pooled for one in found for pooled in self._pool(one)]
            tokens = self._joined(found, axis=2)
        for level in range(lstm_levels(shape)):
            tokens, final = self._lstm(tokens, lstm_name(member, level))
        return [final] if shape.pooling == "last" else self._pool(tokens)

    def _lstm(self, tokens: str, name: str) -> tuple[str, str]:
        """States of every token, zero where padded, and the final state (n, width)."""
        weights = self._weights(name)
        ways = [weights[start : start + 3] for start in range(0, len(weights), 3)]
        units = ways[0][1].shape[0]
        kernels, recurrent, biases = (np.stack([_gates(way[i], units).T for way in ways]) for i in range(3))
        states, final = f"{name}_states", f"{name}_final"
        self._node(
            "LSTM",
            self._node("Transpose", tokens, perm=[1, 0, 2]),
            self._constant(f"{name}_kernel", kernels),
            self._constant(f"{name}_recurrent", recurrent),
            self._constant(f"{name}_bias", np.concatenate([biases, np.zeros_like(biases)], axis=1)),
            self._lengths,
            output=(states, final),
            hidden_size=units,
            direction="bidirectional" if len(ways) == 2 else "forward",
        )
        width = len(ways) * units
        every = self._constant(f"{name}_every", np.array([0, 0, width]))
        one = self._constant(f"{name}_one", np.array([0, width]))
        # ONNX puts (length, ways, n, units) and (ways, n, units) out, and zeros where padded.
        return (
            self._node("Reshape", self._node("Transpose", states, perm=[2, 0, 1, 3]), every),
            self._node("Reshape", self._node("Transpose", final, perm=[1, 0, 2]), one),
        )

    def _convolution(self, tokens: str, member: int, width: int) -> str:
        """Convolution and ReLU, padded as TensorFlow pads, with the odd zero at the end; zero where padded."""
        name = convolution_name(member, width)
        kernel, bias = self._weights(name)
        before = (width - 1) // 2
        convolved = self._node(
            "Conv",
            self._node("Transpose", tokens, perm=[0, 2, 1]),
            self._constant(f"{name}_kernel", kernel.transpose(2, 1, 0)),
            self._constant(f"{name}_bias", bias),
            kernel_shape=[width],
            pads=[before, width - 1 - before],
        )
        found = self._node("Transpose", self._node("Relu", convolved), perm=[0, 2, 1])
        return self._node("Mul", found, self._real)

    def _pool(self, states: str) -> list[str]:
        pooled = []
        if "max" in self._shape.pooling:
            pooled.append(self._node("ReduceMax", self._node("Add", states, self._below), axes=[1], keepdims=0))
        if "mean" in self._shape.pooling:
            total = self._node("ReduceSum", states, self._axes[1], keepdims=0)
            pooled.append(self._node("Div", total, self._n_tokens))
        return pooled

    def _joined(self, tensors: list[str], axis: int = 1) -> str:
        return tensors[0] if len(tensors) == 1 else self._node("Concat", *tensors, axis=axis)

    def _weights(self, layer: str) -> list[NDArray[Any]]:
        weights: list[NDArray[Any]] = self._model.get_layer(layer).get_weights()
        return weights

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, kind: str, *inputs: str, output: str | tuple[str, ...] = (), **attributes: Any) -> str:  # noqa: ANN401  as in onnx.helper
        from onnx import helper

        names = (output,) if isinstance(output, str) else output or (f"{kind.lower()}_{len(self.nodes)}",)
        self.nodes.append(helper.make_node(kind, list(inputs), list(names), **attributes))
        return names[0]


def _gates(weights: NDArray[np.float32], units: int) -> NDArray[np.float32]:
    """Keras' gates, (…, 4 · units), in the order of ONNX."""
    return np.concatenate([weights[..., gate * units : (gate + 1) * units] for gate in KERAS_GATES], axis=-1)
