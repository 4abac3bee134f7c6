"""The convolutional network as an ONNX graph, written node by node from the trained Keras weights.

The graph is small: a look-up, convolutions, pooling and one matrix product. Writing it by hand needs no converter that
must keep pace with TensorFlow, keeps the word embeddings in float16 and makes the padding explicit.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from router_models.training.keras_network import CnnShape, convolution_name, dense_name

if TYPE_CHECKING:
    import keras
    from onnx import NodeProto, TensorProto

OPSET = 17
IR_VERSION = 9


class _Graph:
    """Nodes and constants under construction; each method returns the name of a tensor."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:  # noqa: ANN401  as in onnx.helper
        from onnx import helper

        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name


def export_onnx(model: keras.Model, shape: CnnShape, path: Path) -> None:
    """Write the network to an ONNX file.

    Inputs are `input_ids` and `attention_mask`, both int64 (n, length); the output is `logits`, float32 (n, 2).

    Args:
        model: A network made by `build_network`.
        shape: The hyper-parameters it was made with.
        path: The file to write.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph()
    _write_nodes(graph, model, shape)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])]
    proto = helper.make_model(
        helper.make_graph(graph.nodes, "keras-cnn", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="router-playground",
    )
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, path)


def _write_nodes(graph: _Graph, model: keras.Model, shape: CnnShape) -> None:
    from onnx import TensorProto

    (table,) = model.get_layer("embedding").get_weights()
    channel_axis = graph.constant("channel_axis", np.array([1], dtype=np.int64))
    token_axis = graph.constant("token_axis", np.array([2], dtype=np.int64))
    looked_up = graph.node("Gather", graph.constant("embedding", table), "input_ids")
    embedded = graph.node("Cast", looked_up, to=TensorProto.FLOAT)
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    real = graph.node("Unsqueeze", mask, channel_axis)
    tokens = graph.node("Mul", graph.node("Transpose", embedded, perm=[0, 2, 1]), real)
    one = graph.constant("one", np.ones(1, dtype=np.float32))
    n_tokens = graph.node("Max", graph.node("ReduceSum", mask, channel_axis, keepdims=1), one)
    features: list[str] = []
    for member in range(shape.members):
        if shape.length:
            features.append(graph.node("Log", n_tokens))
        for width in shape.widths:
            found = graph.node("Mul", _convolution(graph, model, tokens, member, width), real)
            features.append(graph.node("ReduceMax", found, axes=[2], keepdims=0))
            if shape.average:
                total = graph.node("ReduceSum", found, token_axis, keepdims=0)
                features.append(graph.node("Div", total, n_tokens))
    # The mean of the members' logits is one product with their stacked matrices.
    dense = [model.get_layer(dense_name(member)).get_weights() for member in range(shape.members)]
    kernel = graph.constant("kernel", np.concatenate([kernel for kernel, _ in dense]) / np.float32(shape.members))
    bias = graph.constant("bias", np.asarray(np.mean([bias for _, bias in dense], axis=0, dtype=np.float32)))
    graph.node("Gemm", graph.node("Concat", *features, axis=1), kernel, bias, output="logits")


def _convolution(graph: _Graph, model: keras.Model, tokens: str, member: int, width: int) -> str:
    """Convolution and ReLU over (n, dimensions, length), padded as TensorFlow pads: the odd zero at the end."""
    name = convolution_name(member, width)
    kernel, bias = model.get_layer(name).get_weights()
    before = (width - 1) // 2
    convolved = graph.node(
        "Conv",
        tokens,
        graph.constant(f"{name}_kernel", kernel.transpose(2, 1, 0)),
        graph.constant(f"{name}_bias", bias),
        kernel_shape=[width],
        pads=[before, width - 1 - before],
    )
    return graph.node("Relu", convolved)
