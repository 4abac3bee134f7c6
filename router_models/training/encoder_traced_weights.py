"""Stores the matrices of a traced ONNX graph in 8 bits, with activation scales per token.

Like `encoder_weights`, which writes them while the graph is built; here they are replaced in a graph that exists. A
prompt's result must not depend on the prompts beside it, so the usual dynamic quantisation is out of the question.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from router_models.training.encoder_graph import MICROSOFT
from router_models.training.encoder_weights import BLOCK, INT8_COMPUTE, quantize_blocks, quantize_rows

LEAST_ROWS = 256
"""Tables with fewer rows, such as those of positions, stay float32."""


def in_8_bits(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose products with constant matrices, and whose lookups in large tables, are stored in 8 bits.

    A matrix whose number of inputs is no multiple of `BLOCK` stays float32.
    """
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    added: dict[str, onnx.TensorProto] = {}
    nodes = [new for node in model.graph.node for new in _replaced(node, arrays, added)]
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    graph = helper.make_graph(nodes, model.graph.name, model.graph.input, model.graph.output, [*kept, *added.values()])
    opsets = [*model.opset_import, helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(
        graph, opset_imports=opsets, ir_version=model.ir_version, producer_name="router-playground"
    )


def _replaced(
    node: onnx.NodeProto, arrays: dict[str, NDArray[np.generic]], added: dict[str, onnx.TensorProto]
) -> Iterator[onnx.NodeProto]:
    """The node itself, or those that do its work with 8-bit weights; these are put into `added`."""
    if node.op_type == "MatMul" and _is_matrix(arrays.get(node.input[1])) and len(arrays[node.input[1]]) % BLOCK == 0:
        yield _product(node, arrays[node.input[1]].astype(np.float32), added)
    elif node.op_type == "Gather" and _is_large_table(arrays.get(node.input[0])) and _axis(node) == 0:
        yield from _lookup(node, arrays[node.input[0]].astype(np.float32), added)
    else:
        yield node


def _product(node: onnx.NodeProto, weight: NDArray[np.float32], added: dict[str, onnx.TensorProto]) -> onnx.NodeProto:
    x, name = node.input
    n_in, n_out = weight.shape
    codes, scales = quantize_blocks(np.ascontiguousarray(weight.T))
    inputs = [x, _constant(added, f"{name}.codes", codes), _constant(added, f"{name}.scales", scales)]
    sizes = {"K": n_in, "N": n_out, "bits": 8, "block_size": BLOCK, "accuracy_level": INT8_COMPUTE}
    return helper.make_node("MatMulNBits", inputs, node.output, name=node.name, domain=MICROSOFT, **sizes)


def _lookup(
    node: onnx.NodeProto, table: NDArray[np.float32], added: dict[str, onnx.TensorProto]
) -> Iterator[onnx.NodeProto]:
    name, ids = node.input
    result = node.output[0]
    codes, scales = quantize_rows(table)
    stored = (_constant(added, f"{name}.codes", codes), _constant(added, f"{name}.scales", scales))
    found = (f"{result}.code_rows", f"{result}.scale_rows")
    for source, output in zip(stored, found, strict=True):
        yield helper.make_node("Gather", [source, ids], [output], name=output, axis=0)
    floats = f"{result}.float_rows"
    yield helper.make_node("Cast", [found[0]], [floats], name=floats, to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [floats, found[1]], [result], name=f"{result}.rows")


def _constant(added: dict[str, onnx.TensorProto], name: str, value: NDArray[np.generic]) -> str:
    """Stores an array under a name, once however many nodes read it; returns the name."""
    added.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def _is_matrix(array: NDArray[np.generic] | None) -> bool:
    return array is not None and array.ndim == 2 and np.issubdtype(array.dtype, np.floating)


def _is_large_table(array: NDArray[np.generic] | None) -> bool:
    return _is_matrix(array) and array is not None and len(array) >= LEAST_ROWS


def _axis(node: onnx.NodeProto) -> int:
    return next((int(attribute.i) for attribute in node.attribute if attribute.name == "axis"), 0)
