"""Votes on train rows must be honest: out of fold, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.split import question_key
from errors import DataError
from router_models.card import TrainingData
from router_models.training.ensemble_votes import honest_votes, plain_votes
from router_models.training.out_of_fold import load_out_of_fold, save_out_of_fold
from tests.router_models.composites import Scripted, encoders

PROMPTS = ("one", "two and a bit", "three")


def part() -> Benchmark:
    """Three rows of a made-up set."""
    return Benchmark("ray", PROMPTS, PROMPTS, np.zeros(3, dtype=bool), labels=np.array([0, 1, 0]))


def learner() -> Scripted:
    """A router whose card says that it learnt from that set."""
    router = Scripted("learner", 0.01, encoders())
    data = TrainingData(name="ray", rows=3, licence="none", origin="nowhere")
    router.card = router.card.model_copy(update={"trained_on": (data,)})
    return router


def test_a_member_that_learnt_from_the_rows_votes_out_of_fold(tmp_path: Path) -> None:
    keys = [question_key(prompt) for prompt in PROMPTS]
    save_out_of_fold(learner().card, keys, ["ray", "ray", "mmlu"], np.array([0.7, 0.2, 0.9]), tmp_path)
    stranger = Scripted("stranger", 0.01, encoders())
    votes = honest_votes([stranger, learner()], part(), tmp_path, None, None)
    assert votes[:, 0] == pytest.approx([0.02 + 0.01 * len(prompt) for prompt in PROMPTS])
    assert votes[:2, 1].tolist() == [0.7, 0.2]
    assert np.isnan(votes[2, 1])


def test_without_out_of_fold_scores_its_votes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="learner learnt from ray and has no out-of-fold scores"):
        honest_votes([learner()], part(), tmp_path, None, None)
    assert load_out_of_fold(learner().card, tmp_path) == {}


def test_scores_of_other_weights_are_refused(tmp_path: Path) -> None:
    before = learner()
    path = save_out_of_fold(before.card, ["a"], ["ray"], np.array([0.7]), tmp_path)
    words = before.card.model_copy(update={"caution": "Mind the step.", "threshold": 0.9})
    assert load_out_of_fold(words, tmp_path) == {("ray", "a"): 0.7}
    after = learner()
    after.card = after.card.model_copy(update={"files": {"model.npz": "0" * 64}})
    with pytest.raises(DataError, match="other weights of learner"):
        honest_votes([after], part(), tmp_path, None, None)
    np.savez_compressed(path, key=np.array(["a"]), dataset=np.array(["ray"]), p_strong=np.array([0.7]))
    with pytest.raises(DataError, match="other weights"):  # a file that says nothing of its weights
        load_out_of_fold(before.card, tmp_path)


def test_votes_are_kept_for_the_next_run(tmp_path: Path) -> None:
    member = Scripted("stranger", 0.01, encoders())
    member.folder = tmp_path
    member.card.save(tmp_path)
    first = plain_votes([member], part(), "test", tmp_path / "votes", None)
    again = plain_votes([member], part(), "test", tmp_path / "votes", None)
    assert np.array_equal(first, again)
    assert member.asked == len(PROMPTS)
