"""One benchmark in the HTML report: the plain answer, then every figure and table of the page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.domains import by_domain
from benchmarks.dashboard.leaderboard import Leaderboard, LeaderRow, sort_rows, timed_rows
from benchmarks.dashboard.leaderboard_file import METRICS
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.plain_answer import PlainAnswer, plain_answer
from benchmarks.dashboard.pool import build_pool, pool_llms
from benchmarks.dashboard.ranking import ORACLE
from benchmarks.dashboard.report import calibration_error, confusion, histogram, reliability_points, roc
from benchmarks.dashboard.source import PLAIN, best_basis, first_names
from benchmarks.html_report.parts import Block, Facts, Figure, Part, Tabular, Words, or_why
from benchmarks.plots.calibration_charts import histogram_chart, reliability_chart
from benchmarks.plots.confusion_chart import confusion_chart
from benchmarks.plots.domain_chart import domain_chart
from benchmarks.plots.latency_chart import latency_chart
from benchmarks.plots.leaderboard_chart import leaderboard_chart
from benchmarks.plots.pool_curves import pool_chart
from benchmarks.plots.quality_curves import curve_chart
from benchmarks.plots.roc_charts import precision_chart, roc_chart
from benchmarks.plots.theme import Theme
from benchmarks.tables.leaders import leaders
from benchmarks.tables.pool import first_llms, pool_sentences, pool_table
from benchmarks.tables.speed import speed_table

SHARE = 0.5
"""Share of strong calls at which routers are compared domain by domain."""


def benchmark_part(numbers: Numbers, board: Leaderboard, usd_per_hour: float, theme: Theme) -> Part:
    """Everything of one benchmark.

    Args:
        numbers: The benchmark.
        board: Of all benchmarks.
        usd_per_hour: What a machine for the routers costs.
        theme: The colours.
    """
    blocks: list[Block] = []
    answer = plain_answer(numbers) if numbers.entry.pair else None
    if answer is not None:
        blocks += _answer(numbers, answer)
        blocks += or_why(partial(_curves, numbers, answer, theme), "Cost and quality")
    rows = [row for row in board.rows if row.benchmark == numbers.entry.name]
    blocks += or_why(partial(_leaders, rows, board, usd_per_hour, theme), "All routers")
    if answer is not None and best_basis(numbers) is not None:
        blocks += or_why(partial(_pool, numbers, theme), "A pool of LLMs")
    router = _reported(numbers, answer, rows)
    blocks.append(Words(f"One router: {router}", ("The other routers' reports are on the Benchmarks page.",)))
    title = numbers.entry.title
    blocks += or_why(lambda: list(_judged(numbers, router, theme)))
    blocks += or_why(
        lambda: [Figure(domain_chart(router, title, by_domain(numbers, router, SHARE), SHARE, theme))], "By domain"
    )
    return Part(title, blocks)


def _answer(numbers: Numbers, answer: PlainAnswer) -> list[Block]:
    pair = numbers.pair
    said = [answer.sure]
    if answer.length:
        said.append(f"Would sorting by length have done as well? {answer.length}")
    said.append(f"{pair.weak} (cheap) and {pair.strong} (dear). {pair.reason} {answer.basis}".strip())
    if numbers.entry.caveat:
        said.append(numbers.entry.caveat)
    return [Words(answer.headline, said), Facts(answer.facts)]


def _curves(numbers: Numbers, answer: PlainAnswer, theme: Theme) -> list[Block]:
    basis, names = best_basis(numbers), first_names(numbers)
    marked = answer.router if answer.router in names else names[0]
    chart = curve_chart(
        numbers.entry.name,
        quality_curves(numbers, names, basis),
        [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)],
        single_llms(numbers, basis),
        theme,
        x="usd" if basis else "share",
        banded=[marked],
        pair=(numbers.pair.weak, numbers.pair.strong),
    )
    return [Figure(chart)]


def _leaders(rows: list[LeaderRow], board: Leaderboard, usd_per_hour: float, theme: Theme) -> list[Block]:
    metrics = [metric for metric in METRICS if any(metric in row.figures for row in rows)]
    if not metrics:
        return []
    timed = timed_rows(rows, metrics[0])
    return [
        Figure(leaderboard_chart(rows, metrics[0], theme)),
        Tabular(leaders(rows, metrics, metrics[0])),
        Figure(latency_chart(timed, metrics[0], theme, board.latency_note)),
        Tabular(speed_table(timed, usd_per_hour)),
    ]


def _pool(numbers: Numbers, theme: Theme) -> list[Block]:
    basis = best_basis(numbers)
    if basis is None or len([llm for llm in pool_llms(numbers) if llm in basis.usd]) < 2:
        return []
    name = numbers.entry.name
    pool = build_pool(numbers, first_llms(numbers, basis), basis)
    routers = [router for router in first_names(numbers) if router in {curve.name for curve in pool.routers}]
    return [
        Words(f"A pool of LLMs; best alone: {pool.best}", pool_sentences(pool, basis)),
        Figure(pool_chart(pool, name, routers, theme)),
        Tabular(pool_table(pool, name)),
    ]


def _reported(numbers: Numbers, answer: PlainAnswer | None, rows: list[LeaderRow]) -> str:
    """The router of the plain answer, else the best of the leaderboard, else any learnt one."""
    metric = next((metric for metric in METRICS if any(metric in row.figures for row in rows)), "")
    learnt = [row for row in rows if row.group in ("in-domain", "transfer") and metric in row.figures]
    candidates = [answer.router if answer else "", *(row.router for row in sort_rows(learnt, metric)), *numbers.routers]
    return next(name for name in candidates if name in numbers.routers and name not in PLAIN)


def _judged(numbers: Numbers, router: str, theme: Theme) -> Iterator[Block]:
    title, curve = numbers.entry.title, roc(numbers, router)
    yield Figure(roc_chart(router, title, curve, theme))
    yield Figure(precision_chart(router, title, curve, theme))
    yield Figure(confusion_chart(router, title, confusion(numbers, router), theme))
    error = calibration_error(numbers, router)
    yield Figure(reliability_chart(router, title, reliability_points(numbers, router), error, theme))
    yield Figure(histogram_chart(router, title, histogram(numbers, router), theme))
