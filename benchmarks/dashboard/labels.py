"""What each prompt of a benchmark needed, as the router report judges it: by label, or by which answer was right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from benchmarks.dashboard.numbers import Numbers
from benchmarks.reliability import needed_strong
from benchmarks.summary import CATEGORIES_ON
from errors import BadInputError, UnknownNameError


@dataclass(frozen=True, eq=False)
class Judged:
    """m rows on which a router ran and of which it is known what they needed.

    Attributes:
        rows: True where the benchmark's row counts, shape (n,) with m times True.
        needed: True where more than the cheapest route was needed, shape (m,).
        p_strong: The router's 1 − P(cheapest route), shape (m,).
        said: What "needed" means here, in words.
    """

    rows: BoolArray
    needed: BoolArray
    p_strong: FloatArray
    said: str


def judged(numbers: Numbers, router: str) -> Judged:
    """The rows of one router that can be judged.

    Raises:
        UnknownNameError: The router was not run here.
        BadInputError: The benchmark does not say what its prompts needed, or never both.
    """
    if router not in numbers.routers:
        mend = f"Choose from {', '.join(numbers.routers)}."
        raise UnknownNameError(f"There is no router {router[:60]!r} on {numbers.entry.title}.", mend)
    if numbers.entry.name == CATEGORIES_ON:
        what = f"The labels of {numbers.entry.title} are categories: nothing says which route they need."
        raise BadInputError(what, "Look at the leaderboard for how well categories are told apart.")
    needed = needed_strong(numbers.entry, numbers.outcomes)
    if needed is None:
        what = (
            f"On {numbers.entry.title} answers are better or worse, not right or wrong: nothing says what was needed."
        )
        raise BadInputError(what, "Look at the curve instead, or choose another benchmark.")
    kept = numbers.routers[router]
    rows: BoolArray = kept.run & np.isfinite(needed)
    positive = needed[rows] > 0
    if not positive.any() or positive.all():
        what = f"{router} was run on {int(rows.sum())} prompts of {numbers.entry.title} that all needed the same."
        raise BadInputError(what, "Choose another benchmark.")
    return Judged(rows, positive, kept.p_strong[rows], _said(numbers))


def route_labels(numbers: Numbers, router: str) -> tuple[IntArray, IntArray, tuple[str, ...]] | None:
    """Labelled and picked route per row that the router was run on, and the routes' names.

    Returns:
        Labels (m,), picks (m,) and names; None where the router's routes are not those that are labelled. A router
        with more than two routes picks the likeliest one.
    """
    kept, labels = numbers.routers[router], numbers.outcomes.labels
    if labels is None or kept.routes != numbers.entry.routes or len(kept.routes) < 3:
        return None
    rows = kept.run
    return labels[rows], kept.probabilities[rows].argmax(axis=1).astype(np.int64), kept.routes


def _said(numbers: Numbers) -> str:
    if numbers.entry.routes:
        return f"labelled as more than {numbers.entry.routes[0]!r}"
    return "only the strong LLM's answer was right"
