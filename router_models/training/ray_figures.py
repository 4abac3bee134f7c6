"""Figures of a two-route router on Ray's own test file, beside always-weak and the length of the prompt."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.metrics import accuracy, auc, balanced_accuracy, ece
from router_models.card import Figure
from router_models.training.figures import measure
from router_models.training.operating_point import OperatingPoint, cheapest_threshold
from router_models.training.temperature import apply_temperature

README_CNN = "Keras CNN, a project README"
PUBLISHED_AUC = {README_CNN: 0.82}
PUBLISHED_ACCURACY = {README_CNN: 0.889}


def evaluate(train: Benchmark, test: Benchmark, logits: FloatArray, point: OperatingPoint) -> list[Figure]:
    """Measure AUC, accuracy, balanced accuracy and calibration on the test file.

    Args:
        train: The train rows; the baseline by length gets its threshold from them.
        test: The test file, n rows.
        logits: Of the test prompts, before calibration, shape (n, 2).
        point: Calibration and threshold.
    """
    labels, learnt = test.route_labels, train.route_labels
    uncalibrated = apply_temperature(logits, 1.0)
    calibrated = point.calibration.probabilities(logits)
    p_strong = calibrated[:, 1]
    picks = (p_strong >= point.threshold).astype(np.int64)
    at_one_half = (p_strong >= 0.5).astype(np.int64)
    lengths, train_lengths = (np.log1p([len(text) for text in part.prompts]) for part in (test, train))
    by_length = (lengths >= cheapest_threshold(learnt, train_lengths)).astype(np.int64)
    rare = f"{labels.mean():.1%} of the test rows need the strong LLM, {learnt.mean():.1%} of the train rows."
    at = f"At the default threshold {point.threshold:.3f}."
    figure = partial(measure, n_rows=len(test), dataset="ray", split="the published test file", groups=test.groups)

    def baselines(metric: Callable[[IntArray, IntArray], float]) -> dict[str, float]:
        return {
            "always weak": metric(labels, np.zeros_like(labels)),
            "prompt length": metric(labels, by_length),
        }

    return [
        figure(
            "AUC",
            lambda rows: auc(labels[rows], p_strong[rows]),
            baselines={"always weak": 0.5, "prompt length": auc(labels, lengths)},
            published=PUBLISHED_AUC,
            note=f"Out of fold on the train rows: {point.auc:.3f}.",
        ),
        figure(
            "accuracy",
            lambda rows: accuracy(labels[rows], picks[rows]),
            baselines=baselines(accuracy),
            note=f"{at} {rare}",
        ),
        figure(
            "accuracy at 0.5",
            lambda rows: accuracy(labels[rows], at_one_half[rows]),
            baselines={"always weak": accuracy(labels, np.zeros_like(labels))},
            published=PUBLISHED_ACCURACY,
            note=f"At 0.5 {at_one_half.mean():.1%} of the rows go to the strong LLM; compare balanced accuracy.",
        ),
        figure(
            "balanced accuracy",
            lambda rows: balanced_accuracy(labels[rows], picks[rows]),
            baselines=baselines(balanced_accuracy),
            note=at,
        ),
        figure(
            "ECE",
            lambda rows: ece(labels[rows], calibrated[rows]),
            note=f"Out of fold on the train rows: {point.ece:.3f}. {rare}",
        ),
        figure("ECE before calibration", lambda rows: ece(labels[rows], uncalibrated[rows]), note=rare),
    ]
