"""Figures of a two-route router on the test parts of every set that says when the strong LLM was needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.bootstrap import Metric
from benchmarks.data import gsm8k, mmlu, mt_bench, nexos, ray
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.metrics import apgr, auc, brier, ece
from router_models.card import Figure
from router_models.training.figures import measure

LOADERS: dict[str, Callable[[Path], Benchmark]] = {
    "ray": ray.load,
    "nexos": nexos.load,
    "mmlu": mmlu.load,
    "gsm8k": gsm8k.load,
    "mt-bench": mt_bench.load,
}
HASH_SPLIT = "test, question hash parts 0–1"
SPLITS = {
    "ray": "the published test file",
    "mt-bench": "all questions, RouteLLM's contaminated ones dropped",
}
PUBLISHED: dict[str, dict[str, float]] = {
    "ray": {"Keras CNN, a project README": 0.82},
    "mmlu": {"best of RouteLLM: SW ranking, complete set, transfer": 0.603},
    "gsm8k": {"best of RouteLLM: causal LLM, complete set, transfer": 0.622},
    "mt-bench": {"best of RouteLLM: matrix factorization": 0.802},
}
"""AUC (ray) and APGR; RouteLLM is arXiv 2406.18665 v4, whose routers learnt from chat votes, not from these sets."""

MEANING = {
    "ray": "strong = a person found the proprietary LLM needed",
    "nexos": "strong = an LLM did not find the cheapest of three suitable: a judgement, not an outcome",
    "mmlu": "strong needed = only GPT-4 Turbo is right, not Mixtral-8x7B",
    "gsm8k": "strong needed = only GPT-4 Turbo is right, not Mixtral-8x7B",
}


def test_parts(data: Path, sample: int | None = None, names: Sequence[str] = tuple(LOADERS)) -> dict[str, Benchmark]:
    """The test part of each set, by name.

    Args:
        data: Folder of the public data sets.
        sample: Only so many rows of each, for a trial.
        names: Sets to load.

    Raises:
        DataError: A set is missing or not in its public format.
    """
    parts = {name: LOADERS[name](data).part("test") for name in names}
    if sample is None:
        return parts
    return {name: part.take(np.random.default_rng(0).permutation(len(part))[:sample]) for name, part in parts.items()}


def strong_needed(part: Benchmark) -> IntArray:
    """1 where the strong route was needed, as that set defines it, (n,)."""
    if part.labels is not None:
        return (part.labels > 0).astype(np.int64)
    return (part.quality[STRONG] > part.quality[WEAK]).astype(np.int64)


def strong_needed_figures(
    part: Benchmark, p_strong: FloatArray, train_rate: float | None = None, note: str = ""
) -> list[Figure]:
    """How well P(strong) ranks a test part, and how honest it is.

    Args:
        part: Labelled prompts (AUC), or prompts with the quality of both LLMs (APGR).
        p_strong: (n,).
        train_rate: How often the strong route was needed in the train part, the constant that calibration is compared
            with; None where there is no train part: then calibration is not measured.
        note: What a reader must know, such as whether the set was trained on.
    """
    figure = partial(
        measure, n_rows=len(part), groups=part.groups, dataset=part.name, split=SPLITS.get(part.name, HASH_SPLIT)
    )
    meaning = MEANING.get(part.name, "")
    ranking = _auc_figure if part.labels is not None else _apgr_figure
    figures = [ranking(figure, part, p_strong, f"{note} {meaning}".strip())]
    if train_rate is None:
        return figures
    needed = strong_needed(part)
    both = np.stack([1 - p_strong, p_strong], axis=1)
    constant = np.tile([1 - train_rate, train_rate], (len(part), 1))
    for name, metric in (("ECE", ece), ("Brier", brier)):
        figures.append(
            figure(
                name,
                _of_rows(metric, needed, both),
                baselines={"constant at the train part's rate": metric(needed, constant)},
                note=meaning,
            )
        )
    return figures


def _of_rows(metric: Callable[[IntArray, FloatArray], float], labels: IntArray, probabilities: FloatArray) -> Metric:
    return lambda rows: metric(labels[rows], probabilities[rows])


def _auc_figure(figure: Callable[..., Figure], part: Benchmark, p_strong: FloatArray, note: str) -> Figure:
    needed = strong_needed(part)
    return figure(
        "AUC",
        lambda rows: auc(needed[rows], p_strong[rows]),
        baselines={"prompt length": auc(needed, _lengths(part)), "random": 0.5},
        published=PUBLISHED.get(part.name),
        note=note,
    )


def _apgr_figure(figure: Callable[..., Figure], part: Benchmark, p_strong: FloatArray, note: str) -> Figure:
    weak, strong = part.quality[WEAK], part.quality[STRONG]
    oracle = strong - weak + 0.1 * np.random.default_rng(0).random(len(part))
    return figure(
        "APGR",
        lambda rows: apgr(p_strong[rows], weak[rows], strong[rows]),
        baselines={
            "prompt length": apgr(_lengths(part), weak, strong),
            "random": 0.5,
            "oracle": apgr(oracle, weak, strong),
        },
        published=PUBLISHED.get(part.name),
        note=note,
    )


def _lengths(part: Benchmark) -> FloatArray:
    return np.array([len(prompt) for prompt in part.prompts], dtype=np.float64)
