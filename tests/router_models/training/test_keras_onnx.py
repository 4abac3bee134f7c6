"""The ONNX graph computes what the Keras network computes, for every shape of network."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from router_models.training.keras_data import pad
from router_models.training.keras_network import CnnShape, build_network
from router_models.training.keras_onnx import export_onnx

pytestmark = pytest.mark.usefixtures("few_threads")

SHAPES = {
    "default": CnnShape(dimensions=8, filters=5),
    "wide, three members": CnnShape(dimensions=8, widths=(1, 2, 3, 4, 5), filters=3, members=3),
    "maximum only": CnnShape(dimensions=8, filters=5, average=False, length=False),
    "tuned embeddings": CnnShape(dimensions=8, filters=5, tune_embeddings=True),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_onnx_and_keras_agree(
    shape: CnnShape, table: NDArray[np.float32], rows: list[NDArray[np.int64]], tmp_path: Path
) -> None:
    model = build_network(table, shape, seed=4)
    rng = np.random.default_rng(5)
    model.set_weights([w if w.shape == table.shape else rng.normal(0, 0.5, w.shape) for w in model.get_weights()])
    export_onnx(model, shape, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for inputs in (pad(rows), pad(rows[:1]), pad(rows, length=64)):
        expected = np.asarray(model(inputs))
        assert np.ptp(expected) > 0.1, "the test would not see a difference"
        np.testing.assert_allclose(session.run(["logits"], inputs)[0], expected, atol=1e-4)


def test_the_keras_file_loads_in_safe_mode_and_is_the_same(
    table: NDArray[np.float32], rows: list[NDArray[np.int64]], tmp_path: Path
) -> None:
    model = build_network(table, SHAPES["default"], seed=6)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(np.asarray(loaded(pad(rows))), np.asarray(model(pad(rows))))
