"""The scripts of the three composites, end to end, on a few real rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.split import question_key
from router_models.card import load_card
from router_models.cascade import CascadeRouter
from router_models.encoder import Encoders
from router_models.ensemble import EnsembleRouter
from router_models.hierarchical import HierarchicalRouter
from router_models.registry import WEIGHTS, build_routers
from router_models.training import cascade, ensemble, hierarchical
from router_models.training.ensemble_data import LOADERS
from router_models.training.out_of_fold import load_out_of_fold, save_out_of_fold
from tests.router_models.composites import PROMPTS

SAMPLE = ["--sample", "100"]


def _made_up_scores(router: str, data: Path, folder: Path) -> None:
    """Out-of-fold scores of every train row that say nothing, so that a script has some."""
    rows = [
        (question_key(question), name)
        for name, load in LOADERS.items()
        for question in load(data).part("train").questions
    ]
    p_strong = [int(key[:8], 16) / 16**8 for key, _ in rows]
    card = load_card(WEIGHTS / router)
    save_out_of_fold(card, [key for key, _ in rows], [name for _, name in rows], np.array(p_strong), folder)


def test_hierarchical_gives_weights_card_and_honest_scores(data_dir: Path, tmp_path: Path) -> None:
    oof = tmp_path / "oof"
    hierarchical.main(["--data", str(data_dir), "--out", str(tmp_path), "--oof", str(oof), *SAMPLE])
    card = load_card(tmp_path / "hierarchical")
    measured = {(figure.metric, figure.dataset) for figure in card.figures}
    assert {("domain accuracy", "mmlu-pro"), ("APGR", "mmlu"), ("APGR", "mt-bench"), ("AUC", "nexos")} <= measured
    assert {("ECE", "mmlu"), ("Brier", "gsm8k")} <= measured
    scores = load_out_of_fold(card, oof)
    assert {dataset for dataset, _ in scores} == {"mmlu", "gsm8k", "nexos"}
    assert all(0 < p < 1 for p in scores.values())
    router = HierarchicalRouter(card, tmp_path / "hierarchical", Encoders(WEIGHTS))
    probabilities = router.predict_proba(PROMPTS)
    assert probabilities.sum(axis=1) == pytest.approx(1)


def test_ensemble_then_cascade_from_honest_votes(data_dir: Path, tmp_path: Path) -> None:
    oof, weights = tmp_path / "oof", tmp_path / "weights"
    shutil.copytree(WEIGHTS, weights, ignore=shutil.ignore_patterns("*.keras", "ensemble", "cascade"))
    _made_up_scores("hierarchical", data_dir, oof)
    shared = ["--data", str(data_dir), "--out", str(weights), "--oof", str(oof), *SAMPLE]
    ensemble.main([*shared, "--members", "prompt-length,hierarchical,no-such-router", "--run", str(tmp_path / "none")])
    card = load_card(weights / "ensemble")
    assert "Asks prompt-length, hierarchical;" in card.notes[0]
    own = {"ray", "mmlu", "gsm8k", "nexos"}
    through = {data.name for data in load_card(weights / "hierarchical").trained_on} - own
    assert through, "hierarchical learns from sets that the ensemble is not fitted on"
    assert {data.name for data in card.trained_on} == own | through
    cascade.main([*shared, "--weights", str(weights), "--stages", "prompt-length,hierarchical,ensemble"])
    routers = {router.id: router for router in build_routers(Encoders(weights), weights)}
    for name, kind in (("ensemble", EnsembleRouter), ("cascade", CascadeRouter)):
        assert isinstance(routers[name], kind)
        assert routers[name].predict_proba(PROMPTS).sum(axis=1) == pytest.approx(1)
    served = routers["cascade"]
    assert isinstance(served, CascadeRouter)
    assert served.card.threshold == pytest.approx(
        served.with_budget(served.budget_usd_per_1000).card.threshold, abs=1e-6
    )


@pytest.mark.parametrize("main", [hierarchical.main, ensemble.main, cascade.main])
def test_a_trial_never_overwrites_the_shipped_weights(
    main: Callable[[Sequence[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--data", ".", "--sample", "10"])
    assert "--out" in capsys.readouterr().err
