"""The training scripts of the four outcome routers, end to end on a few rows of each set."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from router_models.card import RouterCard, load_card
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.training import kmeans, knn, matrix_factorization, similarity_weighted

Main = Callable[[Sequence[str] | None], RouterCard | None]
MAINS: dict[str, Main] = {
    "knn": knn.main,
    "similarity-weighted": similarity_weighted.main,
    "kmeans": kmeans.main,
    "matrix-factorization": matrix_factorization.main,
}
PLANS = {
    "knn": knn.plan,
    "similarity-weighted": similarity_weighted.plan,
    "kmeans": kmeans.plan,
    "matrix-factorization": matrix_factorization.plan,
}
METRICS = {"APGR", "ECE", "Brier", "AIQ", "AIQ above the Zero router", "accuracy"}


@pytest.fixture(scope="module")
def trained(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, RouterCard]]:
    """Weights and cards of all four, learnt from the first rows of each set."""
    out = tmp_path_factory.mktemp("weights")
    cards = {}
    for name, main in MAINS.items():
        card = main(["--data", str(data_dir), "--out", str(out), "--sample", "30", "--cache", str(out / "cache.npz")])
        assert card is not None
        cards[name] = card
    return out, cards


@pytest.mark.parametrize("name", MAINS)
def test_a_few_rows_give_a_complete_card(trained: tuple[Path, dict[str, RouterCard]], name: str) -> None:
    out, cards = trained
    assert load_card(out / name) == cards[name]
    assert {figure.metric for figure in cards[name].figures} >= METRICS
    assert any("transfer" in figure.split for figure in cards[name].figures)
    assert any("no licence stated" in data.licence for data in cards[name].trained_on)
    assert cards[name].reference == "outcomes"
    with np.load(out / "oof" / f"{name}.npz") as arrays:
        assert set(arrays["dataset"].tolist()) == {"mmlu", "gsm8k"}
        assert ((arrays["p_strong"] > 0) & (arrays["p_strong"] < 1)).all()


@pytest.mark.parametrize("name", MAINS)
def test_what_was_trained_is_served(trained: tuple[Path, dict[str, RouterCard]], name: str) -> None:
    out, cards = trained
    router = PLANS[name]().kind(cards[name], out / name, Encoders(WEIGHTS, threads=1))
    prompts = ["What is 7 × 8?", "Prove that there are infinitely many primes.", "What is 7 × 8?"]
    together = router.predict_proba(prompts)
    assert together.sum(axis=1) == pytest.approx(np.ones(3))
    assert (together[0] == together[2]).all()
    assert together[1] == pytest.approx(router.predict_proba(prompts[1:2])[0], abs=1e-3)
    p = router.p_correct(PromptBatch(prompts))
    assert p.shape == (3, len(router.llms))
    assert ((p > 0) & (p < 1)).all()
    score = router.score(PromptBatch(prompts))[0]
    assert tuple(score.p_correct) == router.llms
    assert score.evidence


@pytest.mark.parametrize("name", MAINS)
def test_a_trial_never_overwrites_the_shipped_weights(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        MAINS[name](["--data", ".", "--sample", "10"])
    assert "--out" in capsys.readouterr().err


def test_cards_hold_no_prompt(trained: tuple[Path, dict[str, RouterCard]]) -> None:
    text = json.dumps([card.model_dump(mode="json") for card in trained[1].values()])
    assert "Answer:" not in text
