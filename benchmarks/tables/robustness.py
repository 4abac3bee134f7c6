"""How robust every router is, by kind of noise, as a table."""

from __future__ import annotations

from benchmarks.dashboard.robustness import EVERY, Flips, Robustness
from benchmarks.plots.robustness_chart import steadiest_first
from benchmarks.tables.cells import Cell, Column, Table
from benchmarks.tables.phrases import share

NAMES = {
    "lower case": "lower case",
    "upper case": "CAPITALS",
    "typos": "typos (one word in ten)",
    "whitespace": "blanks and line breaks",
    "prefix": "a greeting before it",
}
"""Kinds of noise for readers; a kind that is not here keeps its name."""


def robustness_table(found: Robustness) -> Table:
    """Robustness (1 − share of changed routes) over all kinds, then the share of changed routes by kind.

    Source:
        RouterArena: robustness = 1 − share of queries whose pick flips under a paraphrase or noise.
    """
    kinds = [kind for kind in next(iter(found.routers.values()), {}) if kind != EVERY]
    columns = (
        Column("Router", numeric=False),
        Column("Robustness"),
        *(Column(NAMES.get(kind, kind), lower=True) for kind in kinds),
        Column("mean change of P(strong)", lower=True),
    )
    rows = tuple(
        (
            Cell(router),
            _robustness(found.routers[router][EVERY]),
            *(_changed(found.routers[router][kind]) for kind in kinds),
            Cell(f"{found.routers[router][EVERY].moved:.3f}", found.routers[router][EVERY].moved),
        )
        for router in steadiest_first(found)
    )
    return Table("robustness", "Share of prompts whose route changes, by what was changed", columns, (("", rows),))


def robustness_sentences(found: Robustness) -> list[str]:
    """How it was measured."""
    prompts = ", ".join(f"{count} of {name}" for name, count in found.prompts.items())
    return [
        "Robustness is the share of prompts that keep their route; 1 is perfect.",
        f"Measured on {found.date} on {prompts}, each at the router's own threshold. "
        "Routers that ask an LLM took no part.",
    ]


def _robustness(mean: Flips) -> Cell:
    return Cell(f"{1 - mean.flipped:.3f}", 1 - mean.flipped, f"{1 - mean.high:.3f} to {1 - mean.low:.3f}")


def _changed(flips: Flips) -> Cell:
    return Cell(share(flips.flipped), flips.flipped, f"{share(flips.low)} to {share(flips.high)}")
