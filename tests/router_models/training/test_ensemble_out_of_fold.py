"""Scores of the encoders come from the run that the shipped weights came from, and from no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from router_models.card import load_card
from router_models.registry import WEIGHTS
from router_models.training.calibration import fit_calibration
from router_models.training.encoder_data import chat_examples, outcome_examples, strong_needed
from router_models.training.ensemble_out_of_fold import (
    LOGITS_FILE,
    write_encoder_out_of_fold,
    write_length_out_of_fold,
)
from router_models.training.out_of_fold import load_out_of_fold


def test_a_run_is_taken_only_with_its_own_weights(data_dir: Path, tmp_path: Path) -> None:
    chats, outcomes = chat_examples(data_dir), outcome_examples(data_dir)
    rng = np.random.default_rng(0)
    quality = np.eye(2)[strong_needed(outcomes)] + rng.normal(0, 1, (len(outcomes), 2))
    chat = chats.targets + rng.normal(0, 1, chats.targets.shape)
    np.savez(tmp_path / LOGITS_FILE, chat=chat, quality=quality)
    with pytest.raises(DataError, match="different runs"):
        write_encoder_out_of_fold(data_dir, tmp_path, tmp_path / "oof")
    own = {
        "encoder-3way": fit_calibration(chat, chats.targets),
        "encoder-quality": fit_calibration(quality, np.eye(2)[strong_needed(outcomes)]),
    }
    for name, calibration in own.items():
        card = load_card(WEIGHTS / name).model_copy(update={"temperature": round(calibration.temperature, 4)})
        (tmp_path / name).mkdir()
        card.save(tmp_path / name)
    write_encoder_out_of_fold(data_dir, tmp_path, tmp_path / "oof", tmp_path)
    scores = load_out_of_fold(load_card(tmp_path / "encoder-3way"), tmp_path / "oof")
    assert {dataset for dataset, _ in scores} == {"nexos"}
    with pytest.raises(DataError, match="other weights of encoder-3way"):
        load_out_of_fold(load_card(WEIGHTS / "encoder-3way"), tmp_path / "oof")


def test_prompt_length_is_fitted_without_the_rows_fold(data_dir: Path, tmp_path: Path) -> None:
    write_length_out_of_fold(data_dir, tmp_path)
    scores = load_out_of_fold(load_card(WEIGHTS / "prompt-length"), tmp_path)
    assert {dataset for dataset, _ in scores} == {"mmlu", "gsm8k"}
    assert all(0 < p < 1 for p in scores.values())
