"""Targets: baselines cannot reach them, and the verdict says when the interval leaves it open."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks.summary import Row
from benchmarks.targets import TARGETS, Outcome, judge


def _row(router: str, value: float, low: float, high: float, benchmark: str = "mmlu", metric: str = "APGR") -> Row:
    return Row(benchmark, router, "in-domain", metric, value, low, high, 100)


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.70, 0.67, 0.75, "reached"),
        (0.67, 0.60, 0.75, "reached, goal inside the interval"),
        (0.63, 0.60, 0.67, "missed, goal inside the interval"),
        (0.60, 0.55, 0.65, "missed"),
    ],
)
def test_the_verdict_looks_at_the_interval(value: float, low: float, high: float, verdict: str) -> None:
    target = next(target for target in TARGETS if target.benchmark == "mmlu")
    assert Outcome(target, _row("knn", value, low, high), None).verdict == verdict


def test_the_best_learnt_router_counts() -> None:
    rows = [_row("prompt-length", 0.9, 0.8, 1.0), _row("oracle", 1.2, 1.1, 1.3), _row("knn", 0.6, 0.5, 0.7)]
    rows += [_row("kmeans", 0.65, 0.5, 0.7), _row("keras-cnn", 0.7, 0.6, 0.8, "ray", "AUC")]
    rows += [_row("ensemble", 0.95, 0.9, 1.0, "ray", "AUC")]
    rows += [dataclasses.replace(_row("llm-router", 0.99, 0.9, 1.0), n=20)]  # run on a sample only
    best = {outcome.target.what: outcome.best.router for outcome in judge(rows) if outcome.best}
    assert best["MMLU"] == "kmeans"
    assert best["Ray questions, best router"] == "ensemble"
    assert best["Ray questions, best Keras router"] == "keras-cnn"


def test_a_lucky_coin_is_not_the_best_baseline() -> None:
    rows = [_row("prompt-length", 0.55, 0.5, 0.6, "ray", "AUC"), _row("random", 0.59, 0.5, 0.68, "ray", "AUC")]
    ray = next(outcome for outcome in judge(rows) if outcome.target.benchmark == "ray")
    assert ray.baseline == rows[0]
    assert ray.best is None


def test_what_was_not_scored_is_not_measured_and_baselines_stand_beside() -> None:
    assert {outcome.verdict for outcome in judge([])} == {"not measured"}
    rows = [_row("prompt-length", 0.55, 0.5, 0.6), _row("random", 0.5, 0.45, 0.55), _row("knn", 0.7, 0.68, 0.72)]
    mmlu = next(outcome for outcome in judge(rows) if outcome.target.benchmark == "mmlu")
    assert mmlu.baseline == rows[0]
    assert mmlu.verdict == "reached"
