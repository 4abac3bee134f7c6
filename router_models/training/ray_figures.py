"""Figures of a two-route router on Ray's own test file, beside always-weak, the prompt's length and frozen MiniLM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.metrics import accuracy, auc, balanced_accuracy, brier, ece
from router_models.card import Figure
from router_models.training.figures import measure
from router_models.training.operating_point import OperatingPoint, cheapest_threshold
from router_models.training.temperature import apply_temperature

SPLIT = "the published test file"
PickMetric = Callable[[IntArray, IntArray], float]
"""Of labels and picks, both (n,), 1 for strong."""


def precision(labels: IntArray, picks: IntArray, *, route: int) -> float:
    """Share of the prompts sent to a route that needed it; 0 where none was sent."""
    sent = picks == route
    return float((labels[sent] == route).mean()) if sent.any() else 0.0


def recall(labels: IntArray, picks: IntArray, *, route: int) -> float:
    """Share of the prompts that needed a route that were sent there; NaN where none needed it."""
    needed = labels == route
    return float((picks[needed] == route).mean()) if needed.any() else float("nan")


def f1(labels: IntArray, picks: IntArray, *, route: int) -> float:
    """Harmonic mean of precision and recall of a route."""
    both = np.sum((labels == route) & (picks == route))
    either = np.sum(labels == route) + np.sum(picks == route)
    return float(2 * both / either) if either else float("nan")


def pick_metrics() -> dict[str, PickMetric]:
    """Name → metric of picks, for both routes where there are two."""
    metrics: dict[str, PickMetric] = {"accuracy": accuracy, "balanced accuracy": balanced_accuracy}
    for index, route in enumerate(("weak", "strong")):
        metrics[f"precision of {route}"] = partial(precision, route=index)
        metrics[f"recall of {route}"] = partial(recall, route=index)
        metrics[f"F1 of {route}"] = partial(f1, route=index)
    return metrics


def two_class_metrics(labels: IntArray, p_strong: FloatArray, threshold: float) -> dict[str, float]:
    """AUC, and what picking `strong` from a threshold on gives.

    Args:
        labels: 1 where the strong LLM is needed, (n,).
        p_strong: P(strong), (n,).
        threshold: Lowest p_strong that goes to the strong LLM.
    """
    picks = (p_strong >= threshold).astype(np.int64)
    return {"AUC": auc(labels, p_strong)} | {name: metric(labels, picks) for name, metric in pick_metrics().items()}


def evaluate(
    train: Benchmark,
    test: Benchmark,
    logits: FloatArray,
    point: OperatingPoint,
    *,
    published: Mapping[str, Mapping[str, float]] | None = None,
    linear: tuple[FloatArray, FloatArray] | None = None,
) -> list[Figure]:
    """Measure discrimination, picks and calibration on the test file.

    Args:
        train: The train rows; baselines get their thresholds from them.
        test: The test file, n rows.
        logits: Of the test prompts, before calibration, shape (n, 2).
        point: Calibration and threshold.
        published: Metric → source → published value.
        linear: P(strong) by logistic regression on the frozen encoder, out of fold for the train rows and for the
            test rows; None to leave that baseline out.
    """
    labels = test.route_labels
    uncalibrated = apply_temperature(logits, 1.0)
    calibrated = point.calibration.probabilities(logits)
    p_strong = calibrated[:, 1]
    picks = (p_strong >= point.threshold).astype(np.int64)
    at_one_half = (p_strong >= 0.5).astype(np.int64)
    scores, rivals = _rivals(train, test, linear)
    constant = np.tile([1 - train.route_labels.mean(), train.route_labels.mean()], (len(test), 1))
    rare = (
        f"{labels.mean():.1%} of the test rows need the strong LLM, {train.route_labels.mean():.1%} of the train rows."
    )
    at = f"At the default threshold {point.threshold:.3f}."
    known = published or {}
    figure = partial(measure, n_rows=len(test), dataset="ray", split=SPLIT, groups=test.groups)

    figures = [
        figure(
            "AUC",
            lambda rows: auc(labels[rows], p_strong[rows]),
            baselines={"always weak": 0.5} | {name: auc(labels, values) for name, values in scores.items()},
            published=known.get("AUC"),
            note=f"Out of fold on the train rows: {point.auc:.3f}.",
        ),
        figure(
            "accuracy at 0.5",
            lambda rows: accuracy(labels[rows], at_one_half[rows]),
            baselines={"always weak": accuracy(labels, np.zeros_like(labels))},
            published=known.get("accuracy"),
            note=f"At 0.5 {at_one_half.mean():.1%} of the rows go to the strong LLM; compare balanced accuracy. {rare}",
        ),
        figure(
            "ECE",
            lambda rows: ece(labels[rows], calibrated[rows]),
            baselines={"constant at the train rate": ece(labels, constant)},
            note=f"Out of fold on the train rows: {point.ece:.3f}. {rare}",
        ),
        figure(
            "Brier",
            lambda rows: brier(labels[rows], calibrated[rows]),
            baselines={"constant at the train rate": brier(labels, constant)},
            note=rare,
        ),
        figure("ECE before calibration", lambda rows: ece(labels[rows], uncalibrated[rows]), note=rare),
    ]
    for name, metric in pick_metrics().items():
        beside = {rival: metric(labels, picked) for rival, picked in rivals.items()}
        figures.append(figure(name, partial(_of_rows, metric, labels, picks), baselines=beside, note=at))
    return figures


def _of_rows(metric: PickMetric, labels: IntArray, picks: IntArray, rows: IntArray) -> float:
    return metric(labels[rows], picks[rows])


def _rivals(
    train: Benchmark, test: Benchmark, linear: tuple[FloatArray, FloatArray] | None
) -> tuple[dict[str, FloatArray], dict[str, IntArray]]:
    """Scores of the baselines on the test rows, and their picks at thresholds from the train rows."""
    learnt, given = (np.log1p([len(text) for text in part.prompts]) for part in (train, test))
    pairs = {"prompt length": (learnt, given)}
    if linear is not None:
        pairs["frozen MiniLM, length, logistic regression"] = linear
    picks = {"always weak": np.zeros(len(test), dtype=np.int64)}
    for name, (of_train, of_test) in pairs.items():
        picks[name] = (of_test >= cheapest_threshold(train.route_labels, of_train)).astype(np.int64)
    return {name: of_test for name, (_, of_test) in pairs.items()}, picks
