"""Benchmarks × routers in one table: `python -m benchmarks.dashboard.leaderboard` keeps the figures that take a minute.

`assets/benchmarks/leaderboard.json` holds the summary's figures of every benchmark with a hash of the numbers they were
made from. Where that hash no longer fits, the benchmark is left out with the reason: no old figure is shown as new.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks import trio
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.latency import Latencies, overhead_usd_per_1000, read_latencies
from benchmarks.dashboard.leaderboard_file import (
    MEND,
    METRICS,
    OTHERS,
    KeptBenchmark,
    made_from,
    read_leaderboard,
    write_leaderboard,
)
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import ORACLE, ranking, ranking_names
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.pair_figures import ranking_figures
from benchmarks.published import PUBLISHED_FILE, Published, read_published
from benchmarks.resample import estimate
from benchmarks.sections import LOWER_IS_BETTER
from benchmarks.suite import SUITE
from benchmarks.summary import summarise
from benchmarks.targets import BASELINES, BOUNDS
from errors import DataError, PlaygroundError

ASKS_LLM = "Asks an LLM, whose weights are not in the size."
LOWER = LOWER_IS_BETTER | {"latency_ms", "size_mb", "overhead_usd_per_1000"}

Group = Literal["in-domain", "transfer", "baseline", "published"]


@dataclass(frozen=True)
class LeaderRow:
    """One router on one benchmark, or one published figure's row.

    Attributes:
        benchmark: Name in the suite, or `zeroeval-trio`.
        title: Of the benchmark.
        router: Id, name of a bound such as `oracle`, or the published router's name.
        group: `in-domain` and `transfer` tell learnt routers apart; `published` figures are not ours.
        figures: Metric → value with its interval; published ones have none, so low and high are NaN.
        n_rows: Prompts; None for published figures.
        latency_ms: Median time on one prompt, on the machine of `latency.json`; None where not measured.
        forwards: The same in forwards of the sentence encoder.
        size_mb: Its own and shared weights, 10⁶ bytes.
        overhead_usd_per_1000: What the router itself costs for 1,000 prompts at an assumed machine price.
        source: Of a published figure, else empty.
        note: What must be known beside it; may be empty.
    """

    benchmark: str
    title: str
    router: str
    group: Group
    figures: Mapping[str, Estimate]
    n_rows: int | None = None
    latency_ms: float | None = None
    forwards: float | None = None
    size_mb: float | None = None
    overhead_usd_per_1000: float | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Leaderboard:
    """The table.

    Attributes:
        rows: In the suite's order of benchmarks, then ours, then published ones.
        metrics: Columns that some row fills.
        problems: Benchmark or file → why something is left out.
        latency_note: Machine and day of the times; empty where they are not known.
    """

    rows: tuple[LeaderRow, ...]
    metrics: tuple[str, ...]
    problems: Mapping[str, PlaygroundError] = field(default_factory=dict)
    latency_note: str = ""


def leaderboard(
    folder: Path = FOLDER, benchmarks: Sequence[str] | None = None, usd_per_hour: float | None = None
) -> Leaderboard:
    """The table from the kept figures alone.

    Args:
        folder: Where the numbers are kept.
        benchmarks: Only these; all if left out.
        usd_per_hour: Price of the routers' machine; the assumed one if left out.

    Raises:
        DataError: The file of figures is missing or damaged.
    """
    problems: dict[str, PlaygroundError] = {}
    latencies = _optional(lambda: read_latencies(folder), "latency.json", problems)
    published = _optional(lambda: read_published(folder / PUBLISHED_FILE), PUBLISHED_FILE, problems) or []
    rows: list[LeaderRow] = []
    for name, kept in read_leaderboard(folder).items():
        if benchmarks is not None and name not in benchmarks:
            continue
        if kept.made_from != made_from(folder, name):
            what = f"The leaderboard's figures of {name} were made from other scores than those at hand."
            problems[name] = DataError(what, MEND)
            continue
        rows += _ours(name, kept, latencies, usd_per_hour)
        rows += _published(name, published)
    filled = {metric for row in rows for metric in row.figures}
    metrics = tuple(metric for metric in (*METRICS, *OTHERS) if metric in filled)
    note = f"{latencies.machine}, {latencies.date}" if latencies else ""
    return Leaderboard(tuple(rows), metrics, problems, note)


def timed_rows(rows: Sequence[LeaderRow], metric: str) -> list[LeaderRow]:
    """The rows with a time and a metric, one per router: a recipe that was refitted has two figures but one time.

    Args:
        rows: Of one benchmark.
        metric: Such as `APGR`.
    """
    found: dict[str, LeaderRow] = {}
    for row in rows:
        if row.latency_ms is not None and metric in row.figures and row.group != "published":
            found.setdefault(row.router, row)
    return list(found.values())


def session_rows(numbers: Numbers) -> list[LeaderRow]:
    """The same table for numbers of this session: APGR and CPT of each router and the oracle, computed now.

    Raises:
        BadInputError: The numbers have no pair.
    """
    found = []
    for name in (*ranking_names(numbers), ORACLE):
        rank = ranking(numbers, name)
        resampled = numbers.draws.counts(rank.rows).astype(np.float64)
        counts = np.concatenate([np.ones((1, len(rank))), resampled])
        figures = ranking_figures(counts, rank.scores, rank.weak, rank.strong)
        estimates = {metric: estimate(values) for metric, values in figures.items()}
        group: Group = "baseline" if name in {*BASELINES, *BOUNDS} else "transfer"
        found.append(LeaderRow(numbers.entry.name, numbers.entry.title, name, group, estimates, len(rank)))
    return found


def sort_rows(rows: Iterable[LeaderRow], by: str) -> list[LeaderRow]:
    """Rows by a metric or by `latency_ms`, `size_mb`, `overhead_usd_per_1000`; best first, what lacks it last."""

    def key(row: LeaderRow) -> tuple[bool, float]:
        found = row.figures.get(by)
        value = found.value if found else getattr(row, by, None)
        if value is None or math.isnan(value):
            return True, 0.0
        return False, value if by in LOWER else -value

    return sorted(rows, key=key)


def _ours(
    name: str, kept: KeptBenchmark, latencies: Latencies | None, usd_per_hour: float | None
) -> Iterable[LeaderRow]:
    by_router: dict[tuple[str, str], dict[str, Estimate]] = {}
    n_rows: dict[tuple[str, str], int] = {}
    for row in kept.rows:
        key = row.router, row.protocol
        by_router.setdefault(key, {})[row.metric] = Estimate(*(_nan(v) for v in (row.value, row.low, row.high)))
        n_rows[key] = max(row.n, n_rows.get(key, 0))
    plain = {*BASELINES, *BOUNDS}
    for (router, protocol), figures in by_router.items():
        group: Group = "baseline" if router in plain else "in-domain" if protocol == "in-domain" else "transfer"
        timed = latencies.routers.get(router.removesuffix("-head")) if latencies else None
        cost = None
        if timed:
            cost = overhead_usd_per_1000(timed.ms, *(() if usd_per_hour is None else (usd_per_hour,)))
        yield LeaderRow(
            benchmark=name,
            title=_title(name),
            router=router,
            group=group,
            figures=figures,
            n_rows=n_rows[router, protocol],
            latency_ms=timed.ms if timed else None,
            forwards=timed.forwards if timed else None,
            size_mb=round(timed.own_mb + timed.shared_mb, 3) if timed else None,
            overhead_usd_per_1000=cost,
            note=ASKS_LLM if timed and timed.waits else "",
        )


def _published(name: str, published: Sequence[Published]) -> Iterable[LeaderRow]:
    by_router: dict[tuple[str, str, str], list[Published]] = {}
    for figure in published:
        if figure.benchmark == name and figure.metric in (*METRICS, *OTHERS):
            by_router.setdefault((figure.router, figure.protocol, figure.source), []).append(figure)
    for (router, protocol, source), figures in by_router.items():
        notes = dict.fromkeys(note for note in (protocol, *(figure.note for figure in figures)) if note)
        values = {figure.metric: Estimate(figure.value, math.nan, math.nan) for figure in figures}
        yield LeaderRow(
            name, _title(name), router, "published", values, source=source, note=". ".join(notes).replace("..", ".")
        )


def _optional(read: Any, name: str, problems: dict[str, PlaygroundError]) -> Any:  # noqa: ANN401
    try:
        return read()
    except DataError as error:
        problems[name] = error
        return None


def _nan(value: float | None) -> float:
    return math.nan if value is None else value


def _title(name: str) -> str:
    return next((entry.title for entry in SUITE if entry.name == name), trio.TITLE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard.leaderboard", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    options = parser.parse_args(arguments)
    try:
        path = write_leaderboard(summarise(options.folder), options.folder)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    print(f"wrote {path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
