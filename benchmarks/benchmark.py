"""What every loader returns: prompts with measured quality per LLM, or with route labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.split import Side, question_key

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Benchmark:
    """One data set, row by row, in the order of its files.

    Attributes:
        name: Short name, such as `mmlu`.
        prompts: What a router is given, n texts.
        questions: The same without answer options, n texts: what the split rule and grouped folds look at.
        is_test: True where the row belongs to the test part, shape (n,).
        quality: LLM → quality of its answer, shape (n,); NaN where that LLM was not run on the prompt.
        labels: Index into `routes` of the route the prompt should get, shape (n,); None where the set has no
            labels.
        routes: Names of the routes, cheapest first; empty where the set has no labels.
        categories: Subject or domain per row, n texts; empty where the set has none.
        output_chars: LLM → length of its visible answer in characters, shape (n,); empty where not measured.
        cost_usd: LLM → measured cost of its answer in USD, prompt included, shape (n,); empty where not measured.
    """

    name: str
    prompts: tuple[str, ...]
    questions: tuple[str, ...]
    is_test: BoolArray
    quality: Mapping[str, FloatArray] = field(default_factory=dict)
    labels: IntArray | None = None
    routes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    output_chars: Mapping[str, FloatArray] = field(default_factory=dict)
    cost_usd: Mapping[str, FloatArray] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.prompts)

    @property
    def route_labels(self) -> IntArray:
        """The labels of a set that has them, shape (n,).

        Raises:
            ValueError: The set has none.
        """
        if self.labels is None:
            raise ValueError(f"{self.name} has no route labels")
        return self.labels

    @cached_property
    def groups(self) -> IntArray:
        """A number per distinct question, shape (n,): give it to a grouped cross-validation."""
        keys = [question_key(question) for question in self.questions]
        return np.unique(keys, return_inverse=True)[1].astype(np.int64)

    def part(self, side: Side) -> Benchmark:
        """The rows of one side of the split, in order."""
        return self.take(np.flatnonzero(self.is_test if side == "test" else ~self.is_test))

    def take(self, rows: Sequence[int] | IntArray) -> Benchmark:
        """The given rows, in the given order.

        Args:
            rows: Row numbers, shape (m,).
        """
        index = np.asarray(rows, dtype=np.int64)
        return Benchmark(
            name=self.name,
            prompts=tuple(self.prompts[row] for row in index),
            questions=tuple(self.questions[row] for row in index),
            is_test=self.is_test[index],
            quality={llm: values[index] for llm, values in self.quality.items()},
            labels=None if self.labels is None else self.labels[index],
            routes=self.routes,
            categories=tuple(self.categories[row] for row in index) if self.categories else (),
            output_chars={llm: values[index] for llm, values in self.output_chars.items()},
            cost_usd={llm: values[index] for llm, values in self.cost_usd.items()},
        )
