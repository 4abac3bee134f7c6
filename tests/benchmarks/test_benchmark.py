"""A benchmark's rows stay together when a part of them is taken."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="tiny",
    prompts=("a\nA. 1", "b", "A", "c"),
    questions=("a", "b", "A", "c"),
    is_test=np.array([True, False, True, False]),
    quality={"weak": np.array([0.0, 1.0, 0.5, np.nan])},
    labels=np.array([1, 0, 1, 0]),
    routes=("weak", "strong"),
    categories=("x", "y", "x", "z"),
    output_chars={"weak": np.array([10.0, 20.0, 30.0, 40.0])},
    cost_usd={"weak": np.array([0.1, 0.2, 0.3, 0.4])},
)


def test_parts_hold_the_rows_of_their_side() -> None:
    test = BENCHMARK.part("test")
    assert len(test) == 2
    assert test.prompts == ("a\nA. 1", "A")
    assert test.quality["weak"].tolist() == [0.0, 0.5]
    assert test.labels is not None
    assert test.labels.tolist() == [1, 1]
    assert test.categories == ("x", "x")
    assert test.output_chars["weak"].tolist() == [10, 30]
    assert test.cost_usd["weak"].tolist() == [0.1, 0.3]
    assert test.is_test.all()
    assert not BENCHMARK.part("train").is_test.any()


def test_rows_come_in_the_order_asked_for() -> None:
    assert BENCHMARK.take([3, 0]).questions == ("c", "a")


def test_equal_questions_share_a_group() -> None:
    first, other, same, last = BENCHMARK.groups
    assert first == same
    assert len({first, other, last}) == 3


def test_a_set_without_labels_has_none_to_give() -> None:
    with pytest.raises(ValueError, match="no route labels"):
        _ = Benchmark("bare", ("a",), ("a",), np.array([True])).route_labels
