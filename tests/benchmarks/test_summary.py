"""The summary from kept numbers alone: figures equal those of the rows, and say what they are of."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import metrics
from benchmarks.data import mmlu
from benchmarks.manifest import Manifest, Scored
from benchmarks.outcomes import Outcomes
from benchmarks.scores import Scores
from benchmarks.summary import Row, above_length, summarise

N = 200
DRAWN = np.random.default_rng(9)
ROUTES = {"random": ["weak", "strong"], "encoder-3way": ["simple", "general", "reasoning"]}
P_STRONG = np.round(DRAWN.uniform(0, 1, N), 3)
THREE = np.round(DRAWN.dirichlet(np.ones(3), N), 3)
THREE[:, 0] = 1 - THREE[:, 1:].sum(axis=1)
QUALITY = {mmlu.WEAK: DRAWN.integers(0, 2, N).astype(float), mmlu.STRONG: (DRAWN.uniform(0, 1, N) < 0.8).astype(float)}
LABELS = DRAWN.integers(0, 3, N)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The summary of two made-up benchmarks and two routers, one of them run on half of the prompts."""
    folder = tmp_path_factory.mktemp("numbers")
    questions = tuple(f"{i:012x}" for i in range(N))
    Outcomes(questions, quality=QUALITY).write(folder, "mmlu")
    Outcomes(questions, labels=LABELS).write(folder, "nexos")
    half = np.where(np.arange(N)[:, None] < N // 2, THREE, np.nan)
    for name, three in (("mmlu", half), ("nexos", THREE)):
        scores = Scores({"random": np.column_stack([1 - P_STRONG, P_STRONG]), "encoder-3way": three})
        scores.write(folder, name, questions, ROUTES)
    run = {"random": Scored("x", N), "encoder-3way": Scored("y", N)}
    Manifest(ROUTES, {"mmlu": run, "nexos": run}).write(folder)
    return summarise(folder)


def _value(rows: list[Row], benchmark: str, router: str, metric: str) -> Row:
    return next(row for row in rows if (row.benchmark, row.router, row.metric) == (benchmark, router, metric))


def test_figures_of_a_pair(rows: list[Row]) -> None:
    row = _value(rows, "mmlu", "random", "APGR")
    assert row.value == pytest.approx(metrics.apgr(P_STRONG, QUALITY[mmlu.WEAK], QUALITY[mmlu.STRONG]), abs=1e-4)
    assert row.low < row.value < row.high
    assert (row.n, row.protocol) == (N, "transfer")
    needed = (QUALITY[mmlu.STRONG] > QUALITY[mmlu.WEAK]).astype(int)
    binary = np.column_stack([1 - P_STRONG, P_STRONG])
    assert _value(rows, "mmlu", "random", "Brier").value == pytest.approx(metrics.brier(needed, binary), abs=1e-4)
    assert _value(rows, "mmlu", "oracle", "APGR").value > 0.8


def test_only_rows_on_which_a_router_ran_count(rows: list[Row]) -> None:
    row = _value(rows, "mmlu", "encoder-3way", "APGR")
    ran = slice(N // 2)
    expected = metrics.apgr(1 - THREE[ran, 0], QUALITY[mmlu.WEAK][ran], QUALITY[mmlu.STRONG][ran])
    assert row.n == N // 2
    assert row.value == pytest.approx(expected, abs=1e-4)


def test_figures_of_three_labelled_routes(rows: list[Row]) -> None:
    row = _value(rows, "nexos", "encoder-3way", "macro F1")
    assert row.protocol == "in-domain"
    assert row.value == pytest.approx(metrics.macro_f1(LABELS, THREE.argmax(axis=1)), abs=1e-4)
    assert {row.metric for row in rows if (row.benchmark, row.router) == ("nexos", "random")} == {"AUC, simple or not"}


def test_the_distance_from_prompt_length_is_of_the_same_resamples() -> None:
    mine, of_length = {"APGR": np.array([0.7, 0.6]), "ECE": np.zeros(2)}, {"APGR": np.array([0.5, 0.55])}
    above = above_length(mine, of_length)
    assert list(above) == ["APGR above prompt length"]
    assert above["APGR above prompt length"] == pytest.approx([0.2, 0.05])
    assert above_length(mine, {}) == {}


def test_rows_are_json_with_null_for_what_is_not_defined() -> None:
    row = Row("mmlu", "random", "transfer", "CPT80", float("nan"), 0.1, 0.2, 5)
    assert row.as_json() == {
        "benchmark": "mmlu",
        "router": "random",
        "protocol": "transfer",
        "metric": "CPT80",
        "value": None,
        "low": 0.1,
        "high": 0.2,
        "n": 5,
    }


def test_the_same_numbers_give_the_same_summary(rows: list[Row]) -> None:
    assert len({(row.benchmark, row.router, row.protocol, row.metric) for row in rows}) == len(rows)
    assert [row.benchmark for row in rows] == sorted((row.benchmark for row in rows), key=["nexos", "mmlu"].index)
