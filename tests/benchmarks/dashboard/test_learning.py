"""The Keras study as curves and as a table."""

from __future__ import annotations

import pytest

from benchmarks.dashboard.learning import learning_curves, seed_table, study_note
from benchmarks.keras_study import load_study
from errors import UnknownNameError


def test_every_network_has_its_curves() -> None:
    curves = learning_curves("keras-cnn")
    runs = [run for run in load_study().runs if run.architecture == "cnn"]
    assert len(curves) == sum(len(run.seeds) for run in runs)
    for curve in curves:
        assert len(curve.train_loss) == len(curve.validation_loss) == len(curve.validation_accuracy) > 0
    assert {curve.configuration for curve in curves if curve.shipped} == {"tuned"}


def test_the_table_has_five_architectures_in_three_configurations() -> None:
    rows = seed_table()
    assert len({row.router for row in rows}) == 5
    assert {row.configuration for row in rows} == {"published", "published without class weights", "tuned"}
    for row in rows:
        low, high = row.spread["AUC"]
        assert low <= row.over_seeds["AUC"].value <= high
        assert row.over_seeds["AUC"].low <= row.over_seeds["AUC"].value <= row.over_seeds["AUC"].high
        assert bool(row.shipped) == (row.configuration == "tuned")
    assert next(row for row in rows if row.router == "keras-cnn").published == {"accuracy": 0.889, "AUC": 0.82}


def test_the_note_says_what_a_constant_reaches() -> None:
    assert "always saying weak has accuracy 0.925" in study_note()


def test_other_routers_have_no_epochs() -> None:
    with pytest.raises(UnknownNameError, match="knn"):
        learning_curves("knn")
