"""The network: padding does not matter, it learns, and class weights leave no trace in its probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from router_models.training.keras_data import batches, pad
from router_models.training.keras_fit import Recipe, fit_network, out_of_fold, predict_logits
from router_models.training.keras_network import CnnShape, build_network
from router_models.training.temperature import apply_temperature

pytestmark = pytest.mark.usefixtures("few_threads")

Rows = list[NDArray[np.int64]]
Table = NDArray[np.float32]

SHAPE = CnnShape(dimensions=8, widths=(1, 2, 3, 4), filters=6, members=2)
QUICK = Recipe(
    CnnShape(dimensions=8, widths=(1, 2), filters=8, embedding_dropout=0.0, dropout=0.1), epochs=15, learning_rate=0.02
)
SIGN = 7


def _signed(n: int, share: float) -> tuple[Rows, NDArray[np.int64]]:
    """Prompts of which a share holds the token SIGN, and is labelled 1 with few exceptions."""
    rng = np.random.default_rng(2)
    rows, labels = [], []
    for index in range(n):
        row = rng.integers(10, 60, rng.integers(3, 12)).astype(np.int64)
        strong = index < share * n
        if strong != (rng.random() < 0.1):
            row[rng.integers(len(row))] = SIGN
        rows.append(row)
        labels.append(int(strong))
    return rows, np.array(labels)


def test_the_result_does_not_depend_on_padding(rows: Rows, table: Table) -> None:
    model = build_network(table, SHAPE, seed=0)
    together = np.asarray(model(pad(rows)))
    wide = np.asarray(model(pad(rows, length=256)))
    alone = np.concatenate([np.asarray(model(pad([row]))) for row in rows])
    np.testing.assert_allclose(alone, together, atol=1e-5)
    np.testing.assert_allclose(wide, together, atol=1e-5)


def test_what_stands_in_the_padding_does_not_matter(rows: Rows, table: Table) -> None:
    model = build_network(table, SHAPE, seed=0)
    inputs = pad(rows)
    expected = np.asarray(model(inputs))
    inputs["input_ids"][inputs["attention_mask"] == 0] = SIGN
    np.testing.assert_allclose(np.asarray(model(inputs)), expected, atol=1e-6)


def test_logits_come_in_the_order_of_the_prompts(rows: Rows, table: Table) -> None:
    model = build_network(table, SHAPE, seed=0)
    forwards, backwards = predict_logits(model, rows), predict_logits(model, rows[::-1])
    np.testing.assert_allclose(forwards, backwards[::-1], atol=1e-5)


def test_it_learns_the_sign_and_its_probabilities_keep_the_base_rate(table: Table) -> None:
    rows, labels = _signed(400, share=0.2)
    model = fit_network(rows, labels, table, QUICK, seed=0)
    p_strong = apply_temperature(predict_logits(model, rows), 1.0)[:, 1]
    assert p_strong[labels == 1].mean() > p_strong[labels == 0].mean() + 0.25
    # With the class weights left in, the mean would be well above .3.
    assert p_strong.mean() == pytest.approx(0.2, abs=0.06)


def test_out_of_fold_predictions_cover_every_row_once(table: Table) -> None:
    rows, labels = _signed(60, share=0.5)
    logits, folds = out_of_fold(rows, labels, table, QUICK, n_folds=2, seed=0)
    assert np.isfinite(logits).all()
    assert np.bincount(folds).tolist() == [30, 30]
    assert (logits[labels == 1, 1] - logits[labels == 1, 0]).mean() > (
        logits[labels == 0, 1] - logits[labels == 0, 0]
    ).mean()


def test_equal_seeds_give_equal_networks(table: Table) -> None:
    rows, labels = _signed(40, share=0.5)
    first, second = (predict_logits(fit_network(rows, labels, table, QUICK, seed=3), rows) for _ in range(2))
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_batches_hold_every_row_once_and_like_lengths_together(rows: Rows) -> None:
    many = rows * 20
    found = list(batches(many, 16, np.random.default_rng(0)))
    assert sorted(np.concatenate(found).tolist()) == list(range(len(many)))
    spread = np.mean([np.std([len(many[row]) for row in batch]) for batch in found])
    assert spread < 0.5 * np.std([len(row) for row in many])
