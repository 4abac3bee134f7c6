"""Outcomes of all sets under one name per LLM, on the public sets' first rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.split import is_test, question_key
from router_models.training.outcome_data import (
    LOADERS,
    STRONG,
    WEAK,
    Outcomes,
    load_outcomes,
    release_names,
    unified,
)


@pytest.fixture(scope="module")
def outcomes(data_dir: Path) -> Outcomes:
    return load_outcomes(data_dir, sample=60)


def test_one_release_has_one_name() -> None:
    names = release_names()
    assert names["mistralai/mixtral-8x7b-chat"] == names["Mixtral-8x7B-Instruct-v0.1"] == WEAK
    assert names["Meta-Llama-3.1-8B-Instruct"] == names["llama-3.1-8b-instruct"] == names["Meta-Llama-3_1-8B-Instruct"]
    assert names["Meta-Llama-3_1-8B"] != names["Meta-Llama-3_1-8B-Instruct"]
    assert "gpt-4o-mini-2024-07-18" not in names  # keeps its own name


def test_every_name_of_the_table_occurs_in_a_set(data_dir: Path) -> None:
    known = {llm for load in LOADERS.values() for llm in load(data_dir).quality}
    assert not set(release_names()) - known


def test_a_name_under_two_releases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text("a: [x]\nb: [x]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="x under a and b"):
        release_names(tmp_path / "names.yaml")


def test_runs_of_one_release_are_averaged_where_they_were_run() -> None:
    quality = {"A@one": np.array([1.0, np.nan, np.nan]), "A@two": np.array([0.0, 1.0, np.nan]), "Other": np.ones(3)}
    merged = unified(quality, {"A@one": "a", "A@two": "a"})
    assert merged["a"][:2].tolist() == [0.5, 1.0]
    assert np.isnan(merged["a"][2])
    assert set(merged) == {"a", "other"}


def test_all_sets_meet_in_one_table(outcomes: Outcomes) -> None:
    assert len(outcomes.llms) > 50
    assert len(outcomes.llms) == len(set(outcomes.llms))
    assert {"mmlu", "gsm8k", "routerbench-part", "llmrouter", "mmlu-pro"} <= set(outcomes.sources.tolist())
    assert "zeroeval-gsm" not in outcomes.sources  # the same questions as gsm8k: one row each
    known = np.isfinite(outcomes.quality)
    assert known.any(axis=1).all()
    assert known.any(axis=0).all()
    measured = outcomes.quality[known]
    assert ((measured >= 0) & (measured <= 1)).all()


def test_one_row_of_gsm8k_has_outcomes_of_both_origins(outcomes: Outcomes) -> None:
    rows = (outcomes.sources == "gsm8k") & outcomes.paired
    assert np.isfinite(outcomes.column("gpt-4o-mini-2024-07-18")[rows]).any()


def test_nothing_of_the_test_part_is_learnt(outcomes: Outcomes) -> None:
    exams = [prompt for prompt, source in zip(outcomes.prompts, outcomes.sources, strict=True) if source == "gsm8k"]
    assert exams
    assert not any(is_test(prompt) for prompt in exams)


@pytest.mark.parametrize("name", ["gsm8k", "mmlu"])
def test_what_is_left_out_goes_from_every_set_that_asks_it(data_dir: Path, name: str) -> None:
    kept = load_outcomes(data_dir, without=[name], sample=400)
    assert name not in kept.sources
    assert "zeroeval-crux" in kept.sources
    assert not set(kept.keys) & {question_key(question) for question in LOADERS[name](data_dir).questions}


def test_folds_follow_the_question(outcomes: Outcomes) -> None:
    assert set(outcomes.folds.tolist()) <= set(range(5))
    assert [int(key, 16) // 5 % 5 for key in outcomes.keys[:20]] == outcomes.folds[:20].tolist()
    assert {STRONG, WEAK} <= set(outcomes.llms)
