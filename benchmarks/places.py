"""Which routers have proved most useful: the order in which the Route page shows them at first."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from benchmarks.sections import LOWER_IS_BETTER, SECTIONS, Section
from benchmarks.summary import Row
from errors import DataError

PLACES_FILE = "places.json"
FEWEST = 3
"""A router that was measured on fewer benchmarks has no place: one good set says little of others."""

_DIGITS = 3


def mean_places(rows: Iterable[Row], routers: Sequence[str]) -> dict[str, float]:
    """How many of the other routers each one beats, as a share from 0 to 1, averaged over the report's benchmarks.

    Of each benchmark counts the first metric of its table on which most routers were measured. A benchmark on which
    fewer than half of them were measured says nothing of the rest and is left out.

    Args:
        rows: All figures.
        routers: Router ids, in panel order; baselines that are no routers do not count.

    Returns:
        By router, best first; those measured on fewer than `FEWEST` benchmarks are left out.
    """
    values: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows:
        if row.router in routers and not math.isnan(row.value):
            metrics = values.setdefault(row.benchmark, {})
            metrics.setdefault(row.metric, {}).setdefault(row.router, row.value)
    shares: dict[str, list[float]] = {name: [] for name in routers}
    for section in SECTIONS:
        for name, share in _beaten(section, values.get(section.benchmark, {}), len(routers)).items():
            shares[name].append(share)
    means = {name: sum(beaten) / len(beaten) for name, beaten in shares.items() if len(beaten) >= FEWEST}
    return {name: round(means[name], _DIGITS) for name in sorted(means, key=means.__getitem__, reverse=True)}


def _beaten(section: Section, measured: Mapping[str, Mapping[str, float]], n_routers: int) -> dict[str, float]:
    """Share of the other routers that each one beats on a benchmark; a tie is half a win."""
    values: Mapping[str, float] = {}
    metric = ""
    for name in section.metrics:
        if len(measured.get(name, {})) > len(values):
            metric, values = name, measured[name]
    if 2 * len(values) < n_routers or len(values) < 2:
        return {}
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    others = len(values) - 1
    return {
        name: sum((sign * value > sign * other) + 0.5 * (value == other) for other in values.values()) / others
        - 0.5 / others  # itself
        for name, value in values.items()
    }


def as_json(places: Mapping[str, float]) -> str:
    """The places as the text of `places.json`, a line per router."""
    return json.dumps(dict(places), indent=1) + "\n"


def read_places(folder: Path) -> dict[str, float]:
    """Reads `places.json`, which `python -m benchmarks report` writes.

    Raises:
        DataError: The file is missing or not of that form.
    """
    path = folder / PLACES_FILE
    try:
        return TypeAdapter(dict[str, float]).validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Run `python -m benchmarks report` again.") from error
