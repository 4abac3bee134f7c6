"""The ONNX graph computes what the Keras network computes, for every shape of network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from router_models.training.keras_data import pad
from router_models.training.keras_network import EMBEDDING, build_network
from router_models.training.keras_onnx import export_onnx
from router_models.training.keras_recipes import Shape
from tests.router_models.training.conftest import VOCABULARY
from tests.router_models.training.test_keras_network import SHAPES

pytestmark = pytest.mark.usefixtures("few_threads")

Rows = list[NDArray[np.int64]]
Table = NDArray[np.float32]


def random_network(shape: Shape, table: Table) -> keras.Model:
    model = build_network(VOCABULARY, shape, 4, table)
    rng = np.random.default_rng(5)
    model.set_weights([w if w.shape == table.shape else rng.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return model


@pytest.mark.parametrize("quantised", [True, False])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_onnx_and_keras_agree(shape: Shape, quantised: bool, table: Table, rows: Rows, tmp_path: Path) -> None:
    shape = replace(shape, members=2)
    model = random_network(shape, table)
    if quantised:
        model.get_layer(EMBEDDING).quantize("int8")
    export_onnx(model, shape, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    assert np.ptp(model.predict_on_batch(pad(rows))) > 0.1, "the test would not see a difference"
    for inputs in (pad(rows), pad(rows[:1]), pad(rows, length=40)):
        expected = model.predict_on_batch(inputs)
        np.testing.assert_allclose(session.run(["logits"], inputs)[0], expected, atol=1e-4)


def test_the_quantised_keras_file_loads_in_safe_mode_and_is_the_same(table: Table, rows: Rows, tmp_path: Path) -> None:
    model = random_network(SHAPES["bilstm2"], table)
    model.get_layer(EMBEDDING).quantize("int8")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.predict_on_batch(pad(rows)), model.predict_on_batch(pad(rows)))
