"""Fine-tuning the five-star LLM: what is reported, and the real LLM from command line to llama.cpp."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from errors import UnavailableError
from llms.local import LocalLLM, find_gguf
from router_models import causal_5star
from router_models.card import RouterCard, load_card
from router_models.causal_5star import SUFFICES, Causal5StarRouter, star_probabilities
from router_models.encoder import Encoders
from router_models.registry import WEIGHTS
from router_models.training import causal_5star_finetune
from router_models.training.causal_5star_data import StarRows, training_rows
from router_models.training.causal_5star_export import GGUF_FILE, _differences, calibrated
from router_models.training.causal_5star_finetune import _parser, command_of
from router_models.training.causal_5star_folds import OutOfFold
from router_models.training.causal_5star_network import StarNetwork
from router_models.training.causal_5star_tuning import LowerStates, Tuning, features_of, tokenize
from router_models.training.ordinal import OrdinalHead

CUTS = np.array([-2.0, -1.0, 0.0, 1.5])


@pytest.fixture(scope="module")
def gguf() -> Path:
    try:
        return find_gguf()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def rated() -> StarRows:
    """200 rows whose stars follow a score."""
    rng = np.random.default_rng(0)
    p = star_probabilities(rng.normal(scale=2.0, size=200), CUTS)
    stars = np.minimum(1 + (rng.random(200)[:, None] > p.cumsum(axis=1)).sum(axis=1), 5)
    names = tuple(str(row) for row in range(200))
    return StarRows("rated-train", names, names, stars, stars)


def scores_of(rated: StarRows) -> OutOfFold:
    """Epoch 0 knows nothing, epoch 1 orders rows by their stars, epoch 2 the other way round."""
    noise = np.random.default_rng(1).normal(size=len(rated))
    margin = np.stack([noise, rated.low - 3.5 + 0.5 * noise, 3.5 - rated.low])[:, None]
    stars = np.stack([[star_probabilities(run + CUTS[SUFFICES - 2], CUTS) for run in epoch] for epoch in margin])
    return OutOfFold(margin, stars)


def test_gains_are_paired_and_the_epoch_of_least_loss_is_chosen(rated: StarRows, tmp_path: Path) -> None:
    assert causal_5star_finetune.report([rated], scores_of(rated), rated.high, tmp_path / "new") == 1
    kept = json.loads((tmp_path / "new" / causal_5star_finetune.GAINS_FILE).read_text())
    assert np.argmin(kept["losses"]) == 1
    found = {(gain["metric"], gain["epoch"]): gain for gain in kept["gains"]}
    assert set(found) == {(metric, epoch) for metric in ("AUC", "QWK") for epoch in range(3)}
    assert found["AUC", 0]["gain"] == found["AUC", 0]["gain_low"] == found["AUC", 0]["gain_high"] == 0
    assert found["AUC", 1]["gain_low"] > 0.2
    assert found["AUC", 2]["gain_high"] < -0.2
    assert found["QWK", 1]["value"] > 0.4 > found["QWK", 0]["value"]
    for (metric, _), gain in found.items():
        assert gain["low"] <= gain["value"] <= gain["high"]
        assert gain["value"] == pytest.approx(found[metric, 0]["value"] + gain["gain"], abs=2e-4)


def test_calibration_mends_a_scale_that_is_off(rated: StarRows) -> None:
    found = scores_of(rated)
    wild = OutOfFold(found.margin * 8, found.stars)
    head, p_strong = calibrated(OrdinalHead(np.array([8.0]), 8 * CUTS), wild, 1, rated.low, rated.high)
    needed = (rated.high < SUFFICES).mean()
    assert p_strong.mean() == pytest.approx(needed, abs=0.03)
    # The head reads the score itself here, so it must say what its margins said out of fold.
    scores = (wild.margin[1, 0] + 8 * CUTS[SUFFICES - 2]) / 8
    stars = star_probabilities(head.scores(scores[:, None]), head.cuts)
    assert 1 - stars[:, SUFFICES - 1 :].sum(axis=1) == pytest.approx(p_strong, abs=1e-9)


def test_the_card_has_the_plan_and_the_chosen_epoch_apart_and_the_command_repeats_it() -> None:
    card = load_card(WEIGHTS / "causal-5star")
    plan = Tuning(rate=1e-4, epochs=3, batch=16)
    said = _differences(card, Path("llm.gguf"), 2, plan, 1, "the command")
    assert said["training_command"] == "the command"
    assert said["parameters"].items() >= {
        "layers": 2, "rate": 1e-4, "epochs": 3, "batch": 16, "decay": plan.decay, "chosen epoch": 1
    }.items()  # fmt: skip
    given = ["--data", "DIR", "--rate", "1e-4", "--epochs", "3", "--batch", "16", "--all-rows", "--export"]
    options = _parser().parse_args([*given, "--device", "cpu"])
    again = _parser().parse_args(command_of(options).split()[3:])
    assert {**vars(again), "device": "cpu"} == vars(options)


def test_limits_say_how_many_rows_are_taken(data_dir: Path) -> None:
    few, usual, every = (
        {rows.name: len(rows) for rows in parts}
        for parts in (training_rows(data_dir, {"mmlu": 50}), training_rows(data_dir), training_rows(data_dir, {}))
    )
    assert few["mmlu-train"] == 50 < usual["mmlu-train"] < every["mmlu-train"]
    assert few["ray-train"] == every["ray-train"] > usual["ray-train"]
    assert few["gsm8k-train"] == usual["gsm8k-train"] == every["gsm8k-train"]


def test_from_command_line_to_llama_cpp(
    gguf: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_report, real_export = causal_5star_finetune.report, causal_5star_finetune.export
    kept: list[Any] = []

    def after_one_epoch(*arguments: Any) -> int:
        real_report(*arguments)
        return 1  # so few rows choose by chance, and the LLM as it is would not be written

    def export_and_keep(network: StarNetwork, tokenizer: Any, *rest: Any) -> RouterCard:
        kept.extend((network, tokenizer))
        return real_export(network, tokenizer, *rest)

    monkeypatch.setattr(causal_5star_finetune, "report", after_one_epoch)
    monkeypatch.setattr(causal_5star_finetune, "export", export_and_keep)
    trial = ["--sample", "6", "--layers", "1", "--epochs", "1", "--folds", "2", "--rate", "1e-3", "--device", "cpu"]
    causal_5star_finetune.main(["--data", str(data_dir), "--out", str(tmp_path), "--export", *trial])
    assert (tmp_path / causal_5star_finetune.GAINS_FILE).is_file()
    card = load_card(tmp_path / "causal-5star")
    assert "upper 1 layers are fine-tuned" in card.source
    assert card.training_command == (
        "python -m router_models.training.causal_5star_finetune --data DIR"
        " --layers 1 --rate 0.001 --epochs 1 --batch 32 --folds 2 --seeds 1 --sample 6 --export"
    )

    tuned = LocalLLM(str(tmp_path / GGUF_FILE))
    monkeypatch.setattr(causal_5star, "local_llm", lambda: tuned)
    router = Causal5StarRouter(card, tmp_path / "causal-5star", Encoders(WEIGHTS))
    prompts = ["What is the capital of Finland?", "Prove that every group of order p² is abelian."]
    served = router.predict_proba(prompts)
    tuned.stop()
    network, tokenizer = kept
    ids, n_before = tokenize(tokenizer, prompts)
    features = features_of(network, LowerStates(network, ids, n_before), np.arange(len(prompts)))
    with np.load(tmp_path / "causal-5star" / causal_5star.HEAD_FILE) as head:
        stars = star_probabilities(features @ head["weights"].astype(np.float64), head["cuts"])
    assert served[:, 0] == pytest.approx(stars[:, SUFFICES - 1 :].sum(axis=1), abs=0.03)
