"""What published sources claim, and what we measured beside it: our figures are looked up, never typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.choice import Goal
from benchmarks.dashboard.costs import list_costs
from benchmarks.dashboard.latency import Latencies, read_latencies
from benchmarks.dashboard.leaderboard import LeaderRow
from benchmarks.dashboard.results import Results
from benchmarks.dashboard.target import HOW_JUDGED, reach
from benchmarks.published import TIME, TIME_TITLE, Published
from benchmarks.sections import LOWER_IS_BETTER
from benchmarks.suite import SUITE
from benchmarks.summary import MAJORITY
from errors import DataError, PlaygroundError

COST_SAVED = "cost saved"
MS = "ms per prompt"
NEAR_STRONG = 0.95
"""Share of the strong LLM's score that the published savings keep."""

LENGTH = "prompt-length"

Verdict = Literal["ours is better", "ours is worse", "ours agrees", "not comparable", "not measured"]


@dataclass(frozen=True)
class Measured:
    """What we measured beside a claim.

    Attributes:
        router: Id of ours.
        value: The figure with its interval.
        n_rows: Prompts behind it.
        how: Where it comes from, in words.
        comparable: Whether it was measured under the claim's own conditions; `how` says what differs.
    """

    router: str
    value: Estimate
    n_rows: int
    how: str
    comparable: bool = True


@dataclass(frozen=True)
class Claim:
    """One published figure.

    Attributes:
        benchmark: Name in the suite.
        title: Of the benchmark.
        metric: What is claimed.
        router: The published router.
        value: The claimed figure; shares are 0–1.
        source: Where it stands, and against what.
        measured: Ours by the same method, or the best one where no method is named; None where nothing compares.
        verdict: How ours stands to it, by our interval.
        contradictions: What is known against it: the notes of the source, and what its own figures or ours contradict.
    """

    benchmark: str
    title: str
    metric: str
    router: str
    value: float
    source: str
    measured: Measured | None
    verdict: Verdict
    contradictions: tuple[str, ...]


def claims(results: Results, published: Sequence[Published], rows: Sequence[LeaderRow]) -> list[Claim]:
    """Every published figure with ours beside it.

    Args:
        results: The kept numbers, for savings.
        published: From `benchmarks.published.read_published`.
        rows: Of `benchmarks.dashboard.leaderboard.leaderboard`; its published rows are not looked at.
    """
    ours = [row for row in rows if row.group != "published"]
    savings = {name: _saving(results, name) for name in {c.benchmark for c in published if c.metric == COST_SAVED}}
    timed = _timed(results)
    found = []
    for figure in published:
        if figure.benchmark == TIME:
            measured = own_time(figure, timed)
        elif figure.metric == COST_SAVED:
            measured = savings[figure.benchmark]
        else:
            measured = _same_method(figure, ours)
        found.append(_claim(figure, measured, ours, published))
    return found


def own_time(figure: Published, timed: Latencies | None) -> Measured | None:
    """Our time by the same method; never comparable, since it is another machine's.

    Args:
        figure: A published time, in ms per prompt or requests per second.
        timed: Our times; None where they are not known.
    """
    ours = next((name for name in figure.compares_with if timed and name in timed.routers), None)
    if timed is None or ours is None:
        return None
    ms = timed.routers[ours].ms
    value = ms if figure.metric == MS else 1000.0 / ms
    how = f"one at a time on {timed.machine}, {timed.date}"
    return Measured(ours, Estimate(value, math.nan, math.nan), len(timed.prompts), how, comparable=False)


def _timed(results: Results) -> Latencies | None:
    try:
        return read_latencies(results.folder)
    except DataError:
        return None


def _claim(
    figure: Published, measured: Measured | None, ours: Sequence[LeaderRow], published: Sequence[Published]
) -> Claim:
    titles = {entry.name: entry.title for entry in SUITE} | {TIME: TIME_TITLE}
    return Claim(
        benchmark=figure.benchmark,
        title=titles.get(figure.benchmark, figure.benchmark),
        metric=figure.metric,
        router=figure.router,
        value=figure.value,
        source=figure.source,
        measured=measured,
        verdict=_verdict(figure, measured),
        contradictions=tuple(_contradictions(figure, ours, published)),
    )


def _same_method(figure: Published, ours: Sequence[LeaderRow]) -> Measured | None:
    """Ours of the same method and protocol; the best where several use it."""
    found = [
        _measured(row, figure)
        for row in ours
        if row.benchmark == figure.benchmark
        and row.router in figure.compares_with
        and figure.metric in row.figures
        and not math.isnan(row.figures[figure.metric].value)
    ]
    sign = 1.0 if figure.metric in LOWER_IS_BETTER else -1.0
    ordered = sorted((not one.comparable, sign * one.value.value, number) for number, one in enumerate(found))
    return found[ordered[0][2]] if ordered else None


def _measured(row: LeaderRow, figure: Published) -> Measured:
    same = not figure.protocol or row.group in (figure.protocol, "baseline")
    how = f"our test part, {row.group}" + ("" if same else f"; the claim is {figure.protocol}")
    return Measured(row.router, row.figures[figure.metric], row.n_rows or 0, how, same)


def _saving(results: Results, benchmark: str) -> Measured | None:
    """The saving that keeps 95 % of the strong LLM's score, at today's list prices; None where it cannot be had."""
    try:
        numbers = results.numbers(benchmark)
        basis = list_costs(numbers)
        strong = float(numbers.outcomes.quality[numbers.pair.strong].mean())
        answer = reach(numbers, Goal("quality", NEAR_STRONG * strong), basis)
    except PlaygroundError:
        return None
    point = answer.point
    if point is None or point.saving_share is None:
        return None
    quality = f"{point.quality.value:.3f} [{point.quality.low:.3f}, {point.quality.high:.3f}]"
    how = (
        f"cheapest setting with {NEAR_STRONG:.0%} of the strong LLM's score ({NEAR_STRONG * strong:.3f}), which then "
        f"reached {quality}; {basis.note} {HOW_JUDGED}"
    )
    held = point.quality.value >= answer.goal.value
    if not held:
        how += " So it missed that score where it was judged."
    return Measured(point.name, point.saving_share, point.n_rows, how, held)


def _verdict(figure: Published, measured: Measured | None) -> Verdict:
    if measured is None:
        return "not measured"
    if not measured.comparable:
        return "not comparable"
    low, high = measured.value.low, measured.value.high
    if math.isnan(low) or low <= figure.value <= high:
        return "ours agrees"
    above = low > figure.value
    return "ours is better" if above != (figure.metric in LOWER_IS_BETTER) else "ours is worse"


def _contradictions(figure: Published, ours: Sequence[LeaderRow], published: Sequence[Published]) -> list[str]:
    """The source's note, and what plainer rules reach on the same benchmark."""
    found = [figure.note] if figure.note else []
    constant = _of(ours, figure, MAJORITY)
    if constant is not None and figure.value < constant and figure.metric == "accuracy":
        found.append(f"Always naming the most frequent label has accuracy {constant:.3f} on our test part.")
    lower = figure.metric in LOWER_IS_BETTER
    if LENGTH in figure.compares_with or figure.router in ("oracle", "random"):
        return found
    for other in published:
        same = (other.benchmark, other.metric) == (figure.benchmark, figure.metric)
        if (
            same
            and LENGTH in other.compares_with
            and (other.value < figure.value if lower else other.value > figure.value)
        ):
            found.append(f"Sorting by prompt length reaches {other.value:.3f} on the complete set ({other.source}).")
    return found


def _of(ours: Sequence[LeaderRow], figure: Published, router: str) -> float | None:
    for row in ours:
        if (row.benchmark, row.router) == (figure.benchmark, router) and figure.metric in row.figures:
            return row.figures[figure.metric].value
    return None
