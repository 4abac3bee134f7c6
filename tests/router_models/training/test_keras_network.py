"""The networks: padding does not matter, and networks trained side by side compute what single ones do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from router_models.training.keras_data import pad
from router_models.training.keras_network import build_network
from router_models.training.keras_parallel import ParallelNetworks, put_weights, weights_of
from router_models.training.keras_recipes import ARCHITECTURES, Shape
from router_models.training.keras_step import network_logits
from tests.router_models.training.conftest import VOCABULARY

pytestmark = pytest.mark.usefixtures("few_threads")

Rows = list[NDArray[np.int64]]
Table = NDArray[np.float32]

SMALL = {"dimensions": 8, "units": 4, "widths": (1, 2, 3), "filters": 5}
SHAPES = {name: Shape(name, **SMALL) for name in ARCHITECTURES} | {  # type: ignore[arg-type]
    "bilstm2, final state": Shape("bilstm2", dimensions=8, units=4, pooling="last", length=True),
    "dnn, hidden layer": Shape("dnn", dimensions=8, pooling="mean", hidden=6),
    "cnn-lstm, final state": Shape("cnn-lstm", dimensions=8, units=4, widths=(4,), filters=5, pooling="last"),
}
SIGN = 7


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def shape(request: pytest.FixtureRequest) -> Shape:
    return request.param


def test_the_result_does_not_depend_on_padding(shape: Shape, rows: Rows, table: Table) -> None:
    model = build_network(VOCABULARY, shape, 0, table)
    together = model.predict_on_batch(pad(rows))
    wide = model.predict_on_batch(pad(rows, length=40))
    alone = np.concatenate([model.predict_on_batch(pad([row])) for row in rows])
    assert np.ptp(together) > 1e-2, "the test would not see a difference"
    np.testing.assert_allclose(alone, together, atol=1e-5)
    np.testing.assert_allclose(wide, together, atol=1e-5)


def test_what_stands_in_the_padding_does_not_matter(shape: Shape, rows: Rows, table: Table) -> None:
    model = build_network(VOCABULARY, shape, 0, table)
    inputs = pad(rows)
    expected = model.predict_on_batch(inputs)
    inputs["input_ids"][inputs["attention_mask"] == 0] = SIGN
    np.testing.assert_allclose(model.predict_on_batch(inputs), expected, atol=1e-6)


@pytest.mark.parametrize("frozen", [True, False])
def test_networks_side_by_side_compute_what_they_compute_alone(
    frozen: bool, shape: Shape, rows: Rows, table: Table
) -> None:
    fixed = table if frozen else None
    models = [build_network(VOCABULARY, shape, seed, fixed) for seed in (3, 4)]
    rng = np.random.default_rng(0)
    weights = [weights_of(model, shape, embedding=not frozen) for model in models]
    for model, layers in zip(models, weights, strict=True):
        for layer in layers.values():
            layer[:] = [rng.normal(0, 0.5, array.shape).astype(np.float32) for array in layer]
        put_weights(model, shape, layers)
    together = network_logits(shape, weights, VOCABULARY, fixed, rows)
    assert np.abs(together[0] - together[1]).max() > 0.1, "the test would not see a mix-up"
    for logits, model in zip(together, models, strict=True):
        np.testing.assert_allclose(logits, model.predict_on_batch(pad(rows)), atol=1e-4)


def test_weights_go_in_as_they_came_out(table: Table) -> None:
    networks = ParallelNetworks(SHAPES["bilstm"], [0, 1], VOCABULARY, table)
    first, second = networks.weights(0), networks.weights(1)
    networks.put([second, first])
    for name, arrays in networks.weights(0).items():
        for array, expected in zip(arrays, second[name], strict=True):
            np.testing.assert_array_equal(array, expected)
