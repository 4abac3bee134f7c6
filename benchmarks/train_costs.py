"""Mean cost of each LLM's answers on the train part: the price by which a router weighs LLMs on the test part.

A price that is the test part's own mean would know a little of what it is measured on. So the means are kept beside
the test part's numbers, in `assets/benchmarks/train-costs.json`: benchmark → number of train rows and USD per prompt
by LLM.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.table import SIGNIFICANT_DIGITS
from errors import DataError

TRAIN_COSTS_FILE = "train-costs.json"
MEND = "Run `python -m benchmarks --data DIR` again."


@dataclass(frozen=True)
class TrainCosts:
    """What LLMs' answers cost on a train part: its number of rows, and the mean by LLM in USD per prompt."""

    rows: int
    usd: Mapping[str, float]


def train_costs_of(benchmark: Benchmark) -> TrainCosts | None:
    """The means over a benchmark's train part; None where it has no costs, or no train part."""
    train = benchmark.part("train")
    if not train.cost_usd or not len(train):
        return None
    means = {llm: float(f"{np.nanmean(usd):.{SIGNIFICANT_DIGITS}g}") for llm, usd in train.cost_usd.items()}
    return TrainCosts(len(train), means)


def write_train_costs(folder: Path, name: str, costs: TrainCosts | None) -> None:
    """Puts a benchmark's means into the folder's file, or takes them out where there are none."""
    known = _read(folder)
    if costs is None:
        known.pop(name, None)
    else:
        known[name] = costs
    text = json.dumps({key: asdict(known[key]) for key in sorted(known)}, indent=1)
    (folder / TRAIN_COSTS_FILE).write_text(text + "\n", encoding="utf-8")


def read_train_costs(folder: Path, names: Sequence[str]) -> dict[str, float]:
    """USD per prompt by LLM over the train parts of some benchmarks together; empty where none of them has costs.

    Args:
        folder: Where `python -m benchmarks` keeps its numbers.
        names: Benchmarks that have the same LLMs.

    Raises:
        DataError: The file is not in its format, or some of the benchmarks stand in it and others do not.
    """
    known = _read(folder)
    found = [known[name] for name in names if name in known]
    if not found:
        return {}
    if len(found) < len(names):
        raise DataError(f"{folder / TRAIN_COSTS_FILE} lacks some of {', '.join(names)}.", MEND)
    rows = sum(costs.rows for costs in found)
    shared = [llm for llm in found[0].usd if all(llm in costs.usd for costs in found)]
    return {llm: sum(costs.rows * costs.usd[llm] for costs in found) / rows for llm in shared}


def _read(folder: Path) -> dict[str, TrainCosts]:
    path = folder / TRAIN_COSTS_FILE
    if not path.is_file():
        return {}
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {name: TrainCosts(int(costs["rows"]), dict(costs["usd"])) for name, costs in read.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} holds no costs by benchmark: {error}.", MEND) from error
