"""Figures for the card: rounded, with interval, baselines and published values, on known predictions."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.data.ray import ROUTES
from router_models.training.calibration import Calibration
from router_models.training.figures import measure
from router_models.training.operating_point import OperatingPoint
from router_models.training.ray_figures import evaluate


def _labelled(labels: list[int]) -> Benchmark:
    n = len(labels)
    prompts = tuple("long " * 20 if label else "short" for label in labels)
    return Benchmark("ray", prompts, prompts, np.ones(n, dtype=bool), labels=np.array(labels), routes=ROUTES)


def test_a_figure_holds_its_interval_and_what_stands_beside_it() -> None:
    values = np.random.default_rng(0).random(100)
    figure = measure(
        "mean",
        lambda rows: float(values[rows].mean()),
        100,
        dataset="made",
        split="test",
        baselines={"half": 0.50001},
        published={"a paper": 0.4},
    )
    assert figure.value == round(float(values.mean()), 4)
    assert figure.low < figure.value < figure.high
    assert (figure.baselines, figure.published, figure.rows) == ({"half": 0.5}, {"a paper": 0.4}, 100)


def test_a_router_that_is_right_but_timid_is_accurate_only_at_its_threshold() -> None:
    part = _labelled([0] * 30 + [1] * 10)
    log_odds = np.where(part.route_labels == 1, -1.0, -3.0)
    logits = np.stack([np.zeros(40), log_odds], axis=1)
    point = OperatingPoint(Calibration(1.0, np.zeros(2)), threshold=0.2, auc=0.9, ece=0.03)
    figures = {figure.metric: figure for figure in evaluate(part, part, logits, point)}
    assert figures["AUC"].value == figures["accuracy"].value == figures["balanced accuracy"].value == 1
    assert figures["accuracy at 0.5"].value == figures["accuracy"].baselines["always weak"] == 0.75
    assert figures["balanced accuracy"].baselines == {"always weak": 0.5, "prompt length": 1.0}
    assert figures["ECE"].value == pytest.approx(
        abs(0.75 - (30 / (1 + np.exp(-3)) + 10 / (1 + np.exp(-1))) / 40), abs=0.1
    )
