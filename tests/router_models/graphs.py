"""Small ONNX graphs over token ids, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
from onnx import TensorProto, helper

IDS: Mapping[str, list[object]] = {"input_ids": ["n", "l"]}


def graph_file(
    path: Path, inputs: Mapping[str, list[object]], out: list[object], kind: int = TensorProto.INT64
) -> Path:
    """A graph whose logits are the first two token ids."""
    nodes = [
        helper.make_node("Slice", ["input_ids", "zero", "two", "one"], ["cut"]),
        helper.make_node("Cast", ["cut"], ["logits"], to=TensorProto.FLOAT),
    ]
    constants = [
        helper.make_tensor(name, TensorProto.INT64, [1], [n]) for name, n in (("zero", 0), ("two", 2), ("one", 1))
    ]
    given = [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()]
    found = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, out)]
    graph = helper.make_graph(nodes, "g", given, found, initializer=constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def endless_graph(path: Path) -> Path:
    """The same, but it doubles them for ever."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Add", ["x", "x"], ["x_next"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2]),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x_next", TensorProto.FLOAT, ["n", 2]),
        ],
    )
    model = onnx.load(graph_file(path, IDS, ["n", 2]))
    model.graph.node[1].output[0] = "start"
    model.graph.initializer.append(helper.make_tensor("yes", TensorProto.BOOL, [], [True]))
    model.graph.node.append(helper.make_node("Loop", ["", "yes", "start"], ["logits"], body=body))
    onnx.save(model, path)
    return path


def constant_graph(path: Path, row: Sequence[float], last: Sequence[str], output: str) -> Path:
    """A graph that gives the same numbers for every prompt.

    Args:
        path: Where it is written.
        row: The numbers before the last operators.
        last: Operators that follow, in turn.
        output: Name of the output.
    """
    model = onnx.load(graph_file(path, IDS, ["n", 2]))
    model.graph.node[1].output[0] = "start"
    model.graph.initializer.append(helper.make_tensor("none", TensorProto.FLOAT, [1], [0.0]))
    model.graph.initializer.append(helper.make_tensor("row", TensorProto.FLOAT, [2], row))
    names = [*(f"step{n}" for n in range(len(last))), output]
    model.graph.node.append(helper.make_node("Mul", ["start", "none"], ["zeros"]))
    model.graph.node.append(helper.make_node("Add", ["zeros", "row"], names[:1]))
    for operator, given, found in zip(last, names[:-1], names[1:], strict=True):
        about = {"to": TensorProto.FLOAT} if operator == "Cast" else {}
        model.graph.node.append(helper.make_node(operator, [given], [found], **about))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", 2]))
    onnx.save(model, path)
    return path
