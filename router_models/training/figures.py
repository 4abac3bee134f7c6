"""Turns a measured metric into a figure for a router card."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.benchmark import IntArray
from benchmarks.bootstrap import Metric, bootstrap
from router_models.card import Figure

DIGITS = 4


def measure(
    metric: str,
    of_rows: Metric,
    n_rows: int,
    *,
    dataset: str,
    split: str,
    groups: IntArray | None = None,
    baselines: Mapping[str, float] | None = None,
    published: Mapping[str, float] | None = None,
    note: str = "",
) -> Figure:
    """Measure a metric with its 95 % bootstrap interval.

    Args:
        metric: Its name, such as `AUC`.
        of_rows: The metric of given row numbers.
        n_rows: Number of rows of the test part.
        dataset: Name of the data set.
        split: Which rows these are.
        groups: A number per distinct question, (n_rows,), where questions are repeated; see `bootstrap`.
        baselines: Baseline → its value on the same rows.
        published: Source → its published value.
        note: What a reader must know.
    """
    estimate = bootstrap(of_rows, n_rows, groups=groups)
    return Figure(
        metric=metric,
        value=round(estimate.value, DIGITS),
        low=round(estimate.low, DIGITS),
        high=round(estimate.high, DIGITS),
        rows=n_rows,
        dataset=dataset,
        split=split,
        baselines={name: round(value, DIGITS) for name, value in (baselines or {}).items()},
        published=dict(published or {}),
        note=note,
    )
