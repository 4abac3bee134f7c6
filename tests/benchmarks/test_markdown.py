"""Figures and tables as people read them."""

from __future__ import annotations

import pytest

from benchmarks.markdown import interval, number, table
from benchmarks.summary import Row


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.6227, ".623"), (1.2, "1.200"), (-0.05, "-.050"), (66.93, "66.9"), (0.0, ".000"), (float("nan"), "–")],
)
def test_numbers(value: float, written: str) -> None:
    assert number(value) == written


def test_an_interval_and_a_figure_that_is_not_defined() -> None:
    row = Row("mmlu", "knn", "transfer", "APGR", 0.62, 0.58, 0.66, 10)
    assert interval(row) == ".620 [.580, .660]"
    undefined = Row("mmlu", "knn", "transfer", "CPT80", float("nan"), float("nan"), float("nan"), 10)
    assert interval(undefined) == "–"


def test_a_table() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
