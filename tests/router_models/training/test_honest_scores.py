"""Out-of-fold scores made again are of the shipped weights, and of the rows that each router learnt from."""

from __future__ import annotations

from pathlib import Path

import pytest

from router_models.card import load_card
from router_models.registry import WEIGHTS
from router_models.training.honest_scores import MAKERS, main
from router_models.training.out_of_fold import load_out_of_fold

SETS = {"kmeans": {"mmlu", "gsm8k"}, "hierarchical": {"mmlu", "gsm8k", "nexos"}}


def test_scores_of_a_few_rows_belong_to_the_shipped_weights(data_dir: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in WEIGHTS.rglob("*") if path.is_file()}
    main(["--data", str(data_dir), "--out", str(tmp_path), "--routers", ",".join(SETS), "--sample", "60"])
    for name, sets in SETS.items():
        scores = load_out_of_fold(load_card(WEIGHTS / name), tmp_path / "oof")
        assert {dataset for dataset, _ in scores} == sets
        assert all(0 < p < 1 for p in scores.values())
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_every_router_that_can_be_cross_validated_here_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert {"knn", "semantic", "keras-cnn", "matrix-factorization"} <= set(MAKERS)
    assert all((WEIGHTS / name / "card.json").is_file() for name in MAKERS)
    with pytest.raises(SystemExit):
        main(["--data", ".", "--routers", "random"])
    assert "random is none of knn" in capsys.readouterr().err
