"""Fitting the semantic router, on made-up similarities whose answer is known and on a few real rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from router_models.card import load_card
from router_models.category_head import CategoryHead
from router_models.encoder import Encoders
from router_models.registry import WEIGHTS
from router_models.semantic import SemanticRouter
from router_models.training.out_of_fold import load_out_of_fold
from router_models.training.semantic import main
from router_models.training.semantic_fit import (
    TableFit,
    choose_nearest,
    fit_table,
    fit_to_categories,
    fit_to_routes,
    fold_of,
    out_of_fold,
)
from router_models.training.semantic_head import fit_head

N = 4_000
TRUE = TableFit(0.1, np.array([0.1, 0.0, -0.1]), np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]]))


def drawn(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One index per row of probabilities."""
    return (rng.random((len(p), 1)) > p.cumsum(axis=1)).sum(axis=1).clip(0, p.shape[1] - 1)


def test_the_true_table_is_found_from_route_labels_alone() -> None:
    rng = np.random.default_rng(0)
    similarity = rng.normal(0, 0.25, (N, 3))
    labels = drawn(TRUE.p_route(similarity), rng)
    fit = fit_to_routes(similarity, labels, 2)
    assert fit.p_route(similarity) == pytest.approx(TRUE.p_route(similarity), abs=0.08)
    assert fit.table[:, 1] == pytest.approx(TRUE.table[:, 1], abs=0.12)
    assert fit.table.sum(axis=1) == pytest.approx(np.ones(3))


def test_the_true_temperature_and_biases_are_found_from_category_labels() -> None:
    rng = np.random.default_rng(1)
    similarity = rng.normal(0, 0.25, (N, 3))
    temperature, bias = fit_to_categories(similarity, drawn(TRUE.p_category(similarity), rng))
    assert temperature == pytest.approx(0.1, rel=0.1)
    assert bias == pytest.approx(TRUE.bias, abs=0.03)


def test_a_table_is_found_where_categories_are_given() -> None:
    rng = np.random.default_rng(2)
    p_category = rng.dirichlet([0.5] * 3, N)
    assert fit_table(p_category, drawn(p_category @ TRUE.table, rng), 2) == pytest.approx(TRUE.table, abs=0.05)


def test_out_of_fold_predictions_prefer_what_carries_the_signal() -> None:
    rng = np.random.default_rng(3)
    right, wrong = rng.normal(0, 0.25, (2, N, 3))
    labels = drawn(TRUE.p_route(right), rng)
    folds = fold_of([f"question {i}" for i in range(N)])
    assert set(folds.tolist()) == {0, 1, 2, 3, 4}
    tried = {3: out_of_fold(wrong, labels, folds, 2), 8: out_of_fold(right, labels, folds, 2)}
    assert choose_nearest(tried, labels) == 8


def test_a_head_says_the_same_after_saving(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    states = rng.normal(3, 2, (300, 384))
    head = fit_head(states, (states[:, 0] > 3).astype(np.int64), 0.1)
    assert (head(states[:, :]) > 0.5).mean() == pytest.approx(0.5, abs=0.1)
    head.save(tmp_path / "head.npz")
    assert CategoryHead(tmp_path / "head.npz")._weights == pytest.approx(head.weights, abs=1e-5)


def test_a_few_rows_give_working_weights_and_scores_elsewhere(data_dir: Path, tmp_path: Path) -> None:
    main(["--data", str(data_dir), "--sample", "100", "--out", str(tmp_path), "--scores", str(tmp_path / "oof")])
    folder = tmp_path / "semantic"
    card = load_card(folder)
    assert {figure.dataset for figure in card.figures} == {"nexos", "routing_llms", "own prompts"}
    p = SemanticRouter(card, folder, Encoders(WEIGHTS)).predict_proba(["Hello there", "Prove it."])
    assert p.sum(axis=1) == pytest.approx([1, 1])
    scores = load_out_of_fold(card, tmp_path / "oof")
    assert {dataset for dataset, _ in scores} == {"nexos", "mmlu", "gsm8k", "ray"}
    assert all(0 <= p_strong <= 1 for p_strong in scores.values())


def test_a_trial_never_overwrites_the_shipped_weights(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", ".", "--sample", "10"])
    assert "--out" in capsys.readouterr().err
