"""Fitting the semantic router, on made-up similarities whose answer is known and on a few real rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.data import nexos
from router_models.card import load_card
from router_models.registry import WEIGHTS
from router_models.training.semantic import choose, main, train
from router_models.training.temperature import apply_temperature, negative_log_likelihood


def test_the_true_temperature_biases_and_neighbours_are_found() -> None:
    rng = np.random.default_rng(0)
    right, wrong = rng.normal(0, 0.2, (2, 4_000, 3))
    bias = np.array([0.0, 0.15, -0.1])
    labels = (rng.random((4_000, 1)) > apply_temperature(right + bias, 0.1).cumsum(axis=1)).sum(axis=1)
    fit = choose({1: wrong, 3: right}, labels, np.arange(4_000))
    assert fit.nearest == 3
    assert fit.temperature == pytest.approx(0.1, rel=0.1)
    assert fit.bias == pytest.approx(bias, abs=0.03)
    assert negative_log_likelihood(fit.logits(right), labels, fit.temperature) < 1.0


def test_a_few_rows_give_a_complete_card_elsewhere(data_dir: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    for name in ("encoder", "semantic"):
        shutil.copytree(WEIGHTS / name, weights / name)
    data = nexos.load(data_dir)
    card = train(data.take(range(120)), tmp_path / "out", weights)
    assert load_card(tmp_path / "out" / "semantic") == card
    assert (tmp_path / "out" / "semantic" / "train_embeddings.npz").is_file()
    assert {figure.metric for figure in card.figures} == {"accuracy", "macro F1", "AUC", "ECE"}


def test_a_trial_never_overwrites_the_shipped_weights(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", ".", "--sample", "10"])
    assert "--out" in capsys.readouterr().err
