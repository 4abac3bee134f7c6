"""Reliability points: by hand, and in agreement with the calibration error."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.manifest import Manifest, Scored
from benchmarks.outcomes import Outcomes
from benchmarks.reliability import all_points, needed_strong, reliability, write_reliability
from benchmarks.scores import Scores
from benchmarks.suite import entries

P_STRONG = np.array([0.0, 0.05, 0.05, 0.94, 0.96])
LABELS = np.array([0, 0, 1, 1, 1])


def test_points_by_hand() -> None:
    low, high = reliability(LABELS, P_STRONG)
    assert (low.said, low.happened, low.prompts) == (pytest.approx(0.0333, abs=1e-4), pytest.approx(1 / 3, abs=1e-4), 3)
    assert (high.said, high.happened, high.prompts) == (0.95, 1.0, 2)


def test_every_prompt_is_in_one_bin() -> None:
    drawn = np.random.default_rng(0)
    points = reliability(drawn.integers(0, 2, 500), drawn.uniform(0, 1, 500))
    assert sum(point.prompts for point in points) == 500
    assert len(points) == 15
    assert [point.said for point in points] == sorted(point.said for point in points)


def test_what_was_needed_follows_from_labels_or_from_answers() -> None:
    nexos, mmlu, mt_bench = (entries([name])[0] for name in ("nexos", "mmlu", "mt-bench"))
    labelled = needed_strong(nexos, Outcomes(("a", "b", "c"), labels=np.array([0, 1, 2])))
    assert labelled is not None
    assert labelled.tolist() == [0, 1, 1]
    assert mmlu.pair is not None
    quality = {mmlu.pair.weak: np.array([1.0, 0.0, 0.0, np.nan]), mmlu.pair.strong: np.array([1.0, 1.0, 0.0, 1.0])}
    np.testing.assert_array_equal(needed_strong(mmlu, Outcomes(tuple("abcd"), quality=quality)), [0, 1, 0, np.nan])
    judged = {mmlu.pair.weak: np.array([7.5]), mmlu.pair.strong: np.array([9.0])}
    assert needed_strong(mt_bench, Outcomes(("a",), quality=judged)) is None
    assert needed_strong(entries(["coding-factual"])[0], Outcomes(("a",), labels=np.array([0]))) is None


def test_points_are_made_from_the_kept_numbers(tmp_path: Path) -> None:
    questions = tuple("abcde")
    Outcomes(questions, labels=LABELS).write(tmp_path, "ray")
    scores = Scores({"random": np.column_stack([1 - P_STRONG, P_STRONG])})
    scores.write(tmp_path, "ray", questions, {"random": ["weak", "strong"]})
    Manifest({"random": ["weak", "strong"]}, {"ray": {"random": Scored("x", 5)}}).write(tmp_path)
    assert all_points(tmp_path) == {"ray": {"random": reliability(LABELS, P_STRONG)}}
    written = json.loads(write_reliability(tmp_path).read_text())
    assert written["ray"]["random"][1] == {"said": 0.95, "happened": 1.0, "prompts": 2}
