"""What routers said of a benchmark's prompts, as numbers.

`assets/benchmarks/<benchmark>.scores.csv` has a row per prompt, in the order of the outcomes, and for each router one
column a route, `<router>:<route>`, but for its cheapest route, which has the remainder to 1. A router that was not run
on a prompt has empty cells. `<benchmark>.choices.csv` holds in the same way what some routers say beyond their routes:
P(correct) of each LLM of the benchmark, or the probability of each category.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.data.files import numbers, read_csv
from benchmarks.outcomes import ORIGIN
from benchmarks.table import write_table

SCORE_DIGITS = 5
CHOICE_DIGITS = 4

BY_HEAD = " (head)"
"""Ends the name of a category whose probability comes from a trained head, not from similarity."""


@dataclass(eq=False)
class Scores:
    """Scores by router; a router that is not there was never run.

    Attributes:
        routes: Router → distribution over its routes, cheapest first, shape (n, k); NaN where not run.
        choices: Router → name of an LLM or category → its probability, shape (n,).
    """

    routes: dict[str, FloatArray] = field(default_factory=dict)
    choices: dict[str, dict[str, FloatArray]] = field(default_factory=dict)

    def p_strong(self, router: str) -> FloatArray:
        """1 − P(cheapest route), shape (n,)."""
        return 1.0 - self.routes[router][:, 0]

    def forget(self, router: str) -> None:
        """Drops what a router said."""
        self.routes.pop(router, None)
        self.choices.pop(router, None)

    def write(self, folder: Path, name: str, questions: Sequence[str], names: Mapping[str, Sequence[str]]) -> None:
        """Writes `<name>.scores.csv` and, where there are choices, `<name>.choices.csv`.

        Args:
            folder: Where to write.
            name: The benchmark.
            questions: The `question` column, n texts.
            names: Router → names of its routes, cheapest first; routers are written in this order.
        """
        columns: dict[str, Sequence[object]] = {"question": questions}
        chosen: dict[str, Sequence[object]] = {"question": questions}
        for router, routes in names.items():
            if router in self.routes:
                dearer = zip(routes[1:], self.routes[router].T[1:], strict=True)
                columns |= {f"{router}:{route}": _rounded(values, SCORE_DIGITS) for route, values in dearer}
            said = self.choices.get(router, {})
            chosen |= {f"{router}:{what}": _rounded(values, CHOICE_DIGITS) for what, values in said.items()}
        write_table(folder / f"{name}.scores.csv", columns)
        choices = folder / f"{name}.choices.csv"
        if len(chosen) > 1:
            write_table(choices, chosen)
        else:
            choices.unlink(missing_ok=True)


def read_scores(folder: Path, name: str, questions: Sequence[str]) -> Scores:
    """Reads the scores of a benchmark; of one that was never scored, none.

    Args:
        folder: Where `<name>.scores.csv` and, perhaps, `<name>.choices.csv` lie.
        name: The benchmark.
        questions: The `question` column of its outcomes; scores of other rows do not count.

    Raises:
        DataError: A file is not in this format.
    """
    scores = Scores()
    for router, columns in _by_router(folder / f"{name}.scores.csv", questions).items():
        dearer = np.column_stack(list(columns.values()))
        scores.routes[router] = np.column_stack([1.0 - dearer.sum(axis=1), dearer])
    scores.choices = _by_router(folder / f"{name}.choices.csv", questions)
    return scores


def _by_router(path: Path, questions: Sequence[str]) -> dict[str, dict[str, FloatArray]]:
    if not path.is_file():
        return {}
    rows = read_csv(path, ("question",), ORIGIN)
    if [row["question"] for row in rows] != list(questions):
        return {}
    columns: dict[str, dict[str, FloatArray]] = {}
    for column in list(rows[0])[1:]:
        router, _, what = column.partition(":")
        columns.setdefault(router, {})[what] = numbers(rows, column, path, ORIGIN)
    return columns


def _rounded(values: FloatArray, digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]
