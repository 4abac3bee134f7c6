"""Prices come from the train part, and come back from the file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.train_costs import (
    TRAIN_COSTS_FILE,
    TrainCosts,
    read_train_costs,
    train_costs_of,
    write_train_costs,
)
from errors import DataError

WHOLE = Benchmark(
    name="tiny",
    prompts=("a", "b", "c"),
    questions=("a", "b", "c"),
    is_test=np.array([True, False, False]),
    quality={"small": np.ones(3), "large": np.ones(3)},
    cost_usd={"small": np.array([9.0, 1.0, 2.0]), "large": np.array([9.0, 4.0, np.nan])},
)


def test_the_mean_is_of_train_rows_that_were_measured() -> None:
    assert train_costs_of(WHOLE) == TrainCosts(2, {"small": 1.5, "large": 4.0})
    assert train_costs_of(dataclasses.replace(WHOLE, cost_usd={})) is None
    assert train_costs_of(WHOLE.part("test")) is None


def test_means_come_back_and_several_sets_are_weighed_by_rows(tmp_path: Path) -> None:
    write_train_costs(tmp_path, "b", TrainCosts(3, {"small": 2.0, "large": 8.0}))
    write_train_costs(tmp_path, "a", TrainCosts(1, {"small": 6.0, "large": 4.0}))
    assert read_train_costs(tmp_path, ["a"]) == {"small": 6.0, "large": 4.0}
    assert read_train_costs(tmp_path, ["a", "b"]) == {"small": 3.0, "large": 7.0}
    assert read_train_costs(tmp_path, ["c"]) == {}
    with pytest.raises(DataError, match="lacks some of a, c"):
        read_train_costs(tmp_path, ["a", "c"])
    write_train_costs(tmp_path, "a", None)
    assert read_train_costs(tmp_path, ["a"]) == {}


@pytest.mark.parametrize("content", ["[]", '{"a": {"rows": 1}}', "{"])
def test_a_broken_file_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / TRAIN_COSTS_FILE).write_text(content)
    with pytest.raises(DataError, match="no costs by benchmark"):
        read_train_costs(tmp_path, ["a"])
