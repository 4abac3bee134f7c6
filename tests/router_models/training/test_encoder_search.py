"""The comparison of recipes end to end on a few rows: what it prints, what it keeps, what it does not do twice."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from router_models.training import encoder_search
from router_models.training.encoder_data import chat_examples
from router_models.training.encoder_search import SHIPPED, likelihood, main, row

TRIED = ("R-Drop 1", "outcomes first")


def _run(data_dir: Path, folder: Path, *more: str) -> None:
    common = ["--data", str(data_dir), "--artifacts", str(folder), "--sample", "40", "--folds", "2", "--threads", "1"]
    main([*common, "--trials", *TRIED, *more])


def test_trials_stand_beside_the_shipped_recipe_and_are_not_run_twice(
    data_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    _run(data_dir, tmp_path)
    kept = {path.stem: np.load(path) for path in tmp_path.glob("*/*.npy")}
    assert set(kept) == {SHIPPED, "R-Drop-1", "outcomes-first"}
    assert {logits.shape for logits in kept.values()} == {(40, 3)}
    assert not np.allclose(kept[SHIPPED], kept["outcomes-first"])
    said = [record.getMessage() for record in caplog.records if "gain" in record.getMessage()]
    assert [line.split(":")[0] for line in said] == [SHIPPED, *TRIED]
    assert "gain +0.000 [+0.000, +0.000]" in said[0]

    monkeypatch.delattr(encoder_search.Search, "out_of_fold")
    _run(data_dir, tmp_path)
    again = [record.getMessage() for record in caplog.records if "gain" in record.getMessage()]
    assert again == said + said
    with pytest.raises(AttributeError, match="out_of_fold"):
        _run(data_dir, tmp_path, "--seed", "1")  # what another seed gave is not taken for this one's


def test_a_better_trial_is_said_to_gain(data_dir: Path) -> None:
    chat = chat_examples(data_dir).take(np.arange(200))
    blind = np.zeros_like(chat.targets)
    assert likelihood(chat, chat.targets * 9) < 0.1 < likelihood(chat, blind)
    assert "accuracy 1.000, gain +" in row(chat, chat.targets * 9, blind)
