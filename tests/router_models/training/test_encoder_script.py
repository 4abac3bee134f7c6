"""The training script end to end on a few rows, into a fresh folder, from a base that is not MiniLM."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from router_models.card import load_card
from router_models.encoder import LOWER_FILE, Encoders
from router_models.encoder_routers import Encoder3WayRouter, EncoderQualityRouter
from router_models.registry import WEIGHTS
from router_models.training.encoder import FOLDER, main
from tests.router_models.training.base_encoders import write_base

ROUTERS = {"encoder-3way": Encoder3WayRouter, "encoder-quality": EncoderQualityRouter}
METRICS = {
    "encoder-3way": {"accuracy", "macro F1", "AUC", "ECE"},
    "encoder-quality": {"APGR", "ECE"},
}
PROMPTS = ["What is 7 × 8?", "Prove that there are infinitely many primes.", "What is 7 × 8?"]


@pytest.fixture(scope="module")
def trained(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Weights that were learnt from 40 rows, and the base."""
    out, base = tmp_path_factory.mktemp("weights"), write_base("roberta", tmp_path_factory.mktemp("base"))
    shutil.copytree(WEIGHTS / "encoder", out / "encoder")
    arguments = ["--data", str(data_dir), "--base", str(base), "--out", str(out), "--threads", "1"]
    main([*arguments, "--artifacts", str(out / "artifacts"), "--sample", "40"])
    return out, base


@pytest.mark.parametrize("name", ROUTERS)
def test_the_card_is_complete_and_names_the_base(trained: tuple[Path, Path], name: str) -> None:
    out, base = trained
    card = load_card(out / name)
    assert {figure.metric for figure in card.figures} == METRICS[name]
    assert str(base) in (card.source or "")
    assert "MiniLM" not in (card.source or "") + " ".join(card.notes)
    assert f"--base {base}" in (card.training_command or "")
    assert f"{FOLDER}/{LOWER_FILE}" in card.files


@pytest.mark.parametrize("name", ROUTERS)
def test_what_was_trained_is_served(trained: tuple[Path, Path], name: str) -> None:
    out, _ = trained
    router = ROUTERS[name](load_card(out / name), out / name, Encoders(out, threads=1))
    together = router.predict_proba(PROMPTS)
    assert together.sum(axis=1) == pytest.approx(np.ones(3))
    assert together[1] == pytest.approx(router.predict_proba(PROMPTS[1:2])[0], abs=1e-3)
    assert together[0] == pytest.approx(together[2])


def test_a_trial_never_overwrites_the_shipped_weights(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path), "--sample", "5"])
