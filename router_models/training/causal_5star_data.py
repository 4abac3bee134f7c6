"""What `causal-5star` learns from and is measured on: prompts with what is known of the weak LLM's stars.

Few answers of a weak LLM carry published stars; many are only right or wrong, or labelled as good enough or not. So
every row says between which stars its answer lies: a right one 4–5, a wrong one 1–3, a rated one exactly what it got.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, IntArray
from benchmarks.data import gsm8k, just_eval, mmlu, mt_bench, ray
from benchmarks.data.files import MEND
from benchmarks.split import Side, is_test, question_key
from errors import DataError
from router_models.causal_5star import SUFFICES

MOST, LEAST = 5, 1
TRAIN_ROWS = {"mmlu": 1200, "ray": 600}
TEST_ROWS = {"mmlu": 800, "just-eval": 300}
"""Rows taken of a set at most, drawn with a fixed seed: hidden states cost time on a processor without a GPU."""

RATED = "evaluations/mixtral-8x7b-instruct-v0.1_gpt-4.json"


@dataclass(frozen=True, eq=False)
class StarRows:
    """Rows of one data set and side.

    Attributes:
        name: Name of the data set and side, such as `mmlu-train`.
        prompts: n texts.
        keys: Hash of each question, n texts.
        low: Fewest stars that the weak LLM's answer can have, (n,).
        high: Most stars, (n,); where it equals `low`, the stars are known.
        source: The benchmark's rows, for measuring routing.
    """

    name: str
    prompts: tuple[str, ...]
    keys: tuple[str, ...]
    low: IntArray
    high: IntArray
    source: Benchmark | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.prompts)

    def take(self, rows: Sequence[int] | IntArray) -> StarRows:
        """The given rows, in the given order."""
        index = np.asarray(rows, dtype=np.int64)
        return StarRows(
            self.name,
            tuple(self.prompts[row] for row in index),
            tuple(self.keys[row] for row in index),
            self.low[index],
            self.high[index],
            self.source.take(index) if self.source else None,
        )


def training_rows(data: Path, limits: Mapping[str, int] = TRAIN_ROWS) -> list[StarRows]:
    """Everything to learn from; MT-Bench and just-eval are left to testing.

    Args:
        data: Folder of the public data sets.
        limits: Data set → rows taken of it at most; all of the others.
    """
    return [
        _outcomes(gsm8k.load(data), "train", limits),
        _outcomes(mmlu.load(data), "train", limits),
        _labelled(ray.load(data), "train", limits),
        _rated(data, "train"),
    ]


def test_rows(data: Path) -> list[StarRows]:
    """Everything to measure on."""
    return [
        _outcomes(gsm8k.load(data), "test", TEST_ROWS),
        _outcomes(mmlu.load(data), "test", TEST_ROWS),
        _scored(mt_bench.load(data), mmlu.WEAK, per_star=2),
        _labelled(ray.load(data), "test", TEST_ROWS),
        _rated(data, "test"),
        _scored(just_eval.load(data), just_eval.LLM, per_star=1),
    ]


def to_stars(scores: Sequence[float], per_star: int = 1) -> IntArray:
    """Whole stars 1–5 of scores on a scale of 1 to 5 × `per_star`, (n,); halves count upwards."""
    stars = np.floor(np.asarray(scores, dtype=np.float64) / per_star + 0.5)
    return np.clip(stars, LEAST, MOST).astype(np.int64)


def _outcomes(data: Benchmark, side: Side, limits: Mapping[str, int]) -> StarRows:
    part = data.part(side)
    known = part.take(np.flatnonzero(~np.isnan(part.quality[mmlu.WEAK])))
    return _sampled(known, side, _interval(known.quality[mmlu.WEAK] >= 0.5), limits)


def _labelled(data: Benchmark, side: Side, limits: Mapping[str, int]) -> StarRows:
    part = data.part(side)
    return _sampled(part, side, _interval(part.route_labels == 0), limits)


def _scored(data: Benchmark, weak: str, per_star: int) -> StarRows:
    stars = to_stars(data.quality[weak].tolist(), per_star)
    return _sampled(data, "test", (stars, stars), TEST_ROWS)


def _interval(suffices: np.ndarray) -> tuple[IntArray, IntArray]:
    low = np.where(suffices, SUFFICES, LEAST).astype(np.int64)
    high = np.where(suffices, MOST, SUFFICES - 1).astype(np.int64)
    return low, high


def _sampled(part: Benchmark, side: Side, between: tuple[IntArray, IntArray], limits: Mapping[str, int]) -> StarRows:
    keys = tuple(question_key(question) for question in part.questions)
    rows = StarRows(f"{part.name}-{side}", part.prompts, keys, *between, part)
    limit = limits.get(part.name)
    if limit is None or limit >= len(rows):
        return rows
    return rows.take(np.sort(np.random.default_rng(0).choice(len(rows), limit, replace=False)))


def _rated(data: Path, side: Side) -> StarRows:
    """Mixtral's answers on documentation questions with GPT-4's stars; those of ray's own test file are test rows."""
    path = data / "ray" / RATED
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
        rated = [(str(row["question"]), float(row["score"])) for row in results]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"The data file {path} cannot be read: {error}.", MEND.format(origin=ray.ORIGIN)) from error
    held_out = {question_key(question) for question in ray.load(data).part("test").questions}
    kept = [
        (question, score)
        for question, score in rated
        if (is_test(question) or question_key(question) in held_out) == (side == "test")
    ]
    stars = to_stars([score for _, score in kept])
    prompts = tuple(question for question, _ in kept)
    return StarRows(f"ray-rated-{side}", prompts, tuple(map(question_key, prompts)), stars, stars)
