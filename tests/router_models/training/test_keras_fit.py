"""Training: networks learn, stop early, and none sees what another learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from router_models.training.keras_data import batches, pad
from router_models.training.keras_fit import Fitted, Plan, fit
from router_models.training.keras_recipes import Recipe, Shape
from router_models.training.keras_step import network_logits
from router_models.training.keras_tuned import merge, question_folds
from router_models.training.temperature import apply_temperature
from tests.router_models.training.conftest import VOCABULARY

pytestmark = pytest.mark.usefixtures("few_threads")

Rows = list[NDArray[np.int64]]
Table = NDArray[np.float32]

QUICK = Recipe(
    Shape("bilstm", dimensions=8, units=6, embedding_dropout=0.0, dropout=0.1),
    epochs=12,
    patience=2,
    batch_size=32,
    learning_rate=0.02,
)
SIGN = 7


def _signed(n: int, share: float) -> tuple[Rows, NDArray[np.int64]]:
    """Prompts of which a share holds the token SIGN, and is labelled 1 with few exceptions."""
    rng = np.random.default_rng(2)
    rows, labels = [], []
    for index in range(n):
        row = rng.integers(10, VOCABULARY, rng.integers(3, 12)).astype(np.int64)
        strong = index < share * n
        if strong != (rng.random() < 0.1):
            row[rng.integers(len(row))] = SIGN
        rows.append(row)
        labels.append(int(strong))
    return rows, np.array(labels)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Two networks, each of which leaves other rows out."""
    rows, labels = _signed(400, share=0.3)
    held = np.random.default_rng(0).random((2, 400)) < 0.3
    return Plan(rows, labels, ~held, held, seeds=(0, 1))


@pytest.fixture(scope="module")
def fitted(plan: Plan) -> Fitted:
    table = np.random.default_rng(0).normal(size=(VOCABULARY, 8)).astype(np.float32)
    return fit(plan, QUICK, VOCABULARY, table)


def test_it_learns_the_sign_in_rows_it_has_not_seen(plan: Plan, fitted: Fitted) -> None:
    for network, held in enumerate(plan.validates):
        p_strong = apply_temperature(fitted.logits[network][held], 1.0)[:, 1]
        labels = plan.labels[held]
        assert p_strong[labels == 1].mean() > p_strong[labels == 0].mean() + 0.25


def test_it_stops_early_and_keeps_the_best_epoch(plan: Plan, fitted: Fitted) -> None:
    table = np.random.default_rng(0).normal(size=(VOCABULARY, 8)).astype(np.float32)
    again = network_logits(QUICK.shape, fitted.weights, VOCABULARY, table, plan.rows)
    for network, curve in enumerate(fitted.curves):
        n_epochs = len(curve.validation_loss)
        assert n_epochs == min(QUICK.epochs, curve.best_epoch + 1 + (QUICK.patience or 0))
        assert len(curve.train_loss) == len(curve.train_accuracy) == len(curve.validation_accuracy) == n_epochs
        held = plan.validates[network]
        accuracy = (again[network][held].argmax(axis=1) == plan.labels[held]).mean()
        assert accuracy == pytest.approx(curve.validation_accuracy[curve.best_epoch])


def test_what_a_network_does_not_learn_from_does_not_change_it(plan: Plan, fitted: Fitted) -> None:
    table = np.random.default_rng(0).normal(size=(VOCABULARY, 8)).astype(np.float32)
    unseen = ~plan.learns[0]
    labels = np.where(unseen, 1 - plan.labels, plan.labels)
    brief = replace(QUICK, epochs=2, patience=None)
    one, other = (
        fit(replace(plan, labels=made), brief, VOCABULARY, table).logits[0][unseen] for made in (plan.labels, labels)
    )
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_class_weights_send_more_to_the_rare_class(plan: Plan) -> None:
    recipe = replace(QUICK, epochs=2, patience=None, pretrained=False)
    plain, weighted = (
        fit(plan, replace(recipe, class_weights=weights), VOCABULARY, None).logits[0][plan.validates[0]]
        for weights in (False, True)
    )
    assert (weighted[:, 1] - weighted[:, 0]).mean() > (plain[:, 1] - plain[:, 0]).mean() + 0.2


def test_the_merged_network_is_the_mean_of_its_members(plan: Plan, fitted: Fitted) -> None:
    table = np.random.default_rng(0).normal(size=(VOCABULARY, 8)).astype(np.float32)
    shift = np.array([0.0, 0.5])
    model, shape = merge(fitted, QUICK, table, shift)
    expected = network_logits(QUICK.shape, fitted.weights, VOCABULARY, table, plan.rows[:9]).mean(axis=0) + shift
    assert shape.members == 2
    # Eight bits per value of the embeddings: near, not equal.
    np.testing.assert_allclose(model.predict_on_batch(pad(plan.rows[:9])), expected, atol=0.05)


def test_folds_are_those_of_all_routers() -> None:
    questions = [f"question {number}" for number in range(200)]
    folds = question_folds(questions)
    assert set(folds.tolist()) == set(range(5))
    assert question_folds(["Question 7?"]).tolist() == [folds[7]]


def test_batches_hold_every_row_once_and_like_lengths_together(rows: Rows) -> None:
    many = rows * 20
    found = list(batches(many, 16, np.random.default_rng(0)))
    assert sorted(np.concatenate(found).tolist()) == list(range(len(many)))
    spread = np.mean([np.std([len(many[row]) for row in batch]) for batch in found])
    assert spread < 0.5 * np.std([len(row) for row in many])
