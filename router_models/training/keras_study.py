"""Turns trained networks into the runs of `benchmarks.keras_study`, and keeps the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from benchmarks.benchmark import Benchmark
from benchmarks.keras_study import (
    Architecture,
    Configuration,
    Interval,
    KerasStudy,
    LearningCurves,
    Run,
    SeedRun,
    load_study,
)
from benchmarks.metrics import accuracy
from router_models.training.keras_fit import Curves
from router_models.training.keras_recipes import ARCHITECTURES, Recipe

LEVEL = 0.95
CURVE_DIGITS, METRIC_DIGITS = 3, 4
PUBLISHED: dict[Architecture, dict[str, float]] = {
    "cnn": {"accuracy": 0.889, "AUC": 0.82},
    "dnn": {"accuracy": 0.885, "AUC": 0.587},
    "bilstm": {"accuracy": 0.804, "AUC": 0.707},
    "bilstm2": {"accuracy": 0.799, "AUC": 0.74},
}
PUBLISHED_SOURCE = "a project README"
PUBLISHED_NOTE = (
    "From a project README. Its precision, recall and F1 contradict each other, so only accuracy and AUC are kept; "
    "its accuracies lie below that of always saying weak. It has no CNN with LSTM."
)


def make_run(
    configuration: Configuration,
    recipe: Recipe,
    threshold: float,
    seeds: Sequence[int],
    metrics: Sequence[Mapping[str, float]],
    curves: Sequence[Curves],
    shipped: Mapping[str, Interval] | None = None,
) -> Run:
    """Rounds, and adds means over seeds with their intervals.

    Args:
        configuration: Its name.
        recipe: How the networks were trained.
        threshold: The one the metrics were measured at.
        seeds: Of the networks.
        metrics: Of each network on the test file.
        curves: Of each network.
        shipped: The same metrics of the shipped router with bootstrap intervals, if there is one.
    """
    return Run(
        architecture=recipe.shape.architecture,
        configuration=configuration,
        recipe={key: value for key, value in {**asdict(recipe), **asdict(recipe.shape)}.items() if key != "shape"},
        threshold=round(threshold, METRIC_DIGITS),
        seeds=tuple(
            SeedRun(seed=seed, metrics=_rounded(measured), curves=LearningCurves(**_short(curve)))
            for seed, measured, curve in zip(seeds, metrics, curves, strict=True)
        ),
        over_seeds={name: mean_over_seeds([measured[name] for measured in metrics]) for name in metrics[0]},
        shipped=dict(shipped or {}),
    )


def mean_over_seeds(values: Sequence[float]) -> Interval:
    """Mean with its 95 % t interval, which says how far chance in training alone moves the mean of so many networks."""
    mean, n = float(np.mean(values)), len(values)
    half = float(student.ppf((1 + LEVEL) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return Interval(**_rounded({"value": mean, "low": mean - half, "high": mean + half}))


def add_runs(path: Path, runs: Sequence[Run], train: Benchmark, test: Benchmark) -> Path:
    """Writes runs into the study, in the place of older ones of the same name; returns the file's path."""
    known = {(run.architecture, run.configuration): run for run in load_study(path).runs} if path.is_file() else {}
    known |= {(run.architecture, run.configuration): run for run in runs}
    study = KerasStudy(
        train_rows=len(train),
        test_rows=len(test),
        constant_accuracy=round(accuracy(test.route_labels, np.zeros(len(test), dtype=np.int64)), METRIC_DIGITS),
        published=PUBLISHED,
        published_note=PUBLISHED_NOTE,
        runs=tuple(sorted(known.values(), key=lambda run: (ARCHITECTURES.index(run.architecture), run.configuration))),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(study.model_dump_json() + "\n", encoding="utf-8")
    return path


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, METRIC_DIGITS) for name, value in values.items()}


def _short(curve: Curves) -> dict[str, tuple[float, ...]]:
    return {name: tuple(round(value, CURVE_DIGITS) for value in values) for name, values in asdict(curve).items()}
