"""docs/RESULTS.md: ours beside the published figures, with intervals and baselines; in-domain and transfer apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import trio
from benchmarks.advice import advice
from benchmarks.markdown import EMPTY, interval, number, table
from benchmarks.pair_figures import BY_P_CORRECT
from benchmarks.pool_figures import PICK
from benchmarks.published import TIME, TIME_TITLE, Published
from benchmarks.sections import INTRODUCTION, LOWER_IS_BETTER, OTHERS, PICKS_ON, SECTIONS, Section
from benchmarks.suite import SUITE
from benchmarks.summary import Row
from benchmarks.targets import BASELINES, BOUNDS, COIN, judge

RESULTS_FILE = Path(__file__).parent.parent / "docs" / "RESULTS.md"


def report(rows: Sequence[Row], published: Sequence[Published]) -> str:
    """The whole of RESULTS.md.

    Args:
        rows: From `benchmarks.summary.summarise`.
        published: From `benchmarks.published.read_published`.
    """
    parts = [INTRODUCTION, advice(rows), _targets(rows)]
    parts += [_section(section, rows, published) for section in SECTIONS]
    parts += [_others(rows), _picks(rows), _pairs(), _caveats(published)]
    return "\n".join(part for part in parts if part)


def _targets(rows: Sequence[Row]) -> str:
    lines = []
    for outcome in judge(rows):
        target, best = outcome.target, outcome.best
        goal = f"≥ {number(target.value)}" if target.value else "> 0"
        said = [f"`{best.router}`, {best.protocol}", interval(best)] if best else [EMPTY, EMPTY]
        plain = f"{number(outcome.baseline.value)} `{outcome.baseline.router}`" if outcome.baseline else EMPTY
        lines.append([target.what, target.metric, target.published, goal, *said, plain, outcome.verdict])
    header = ["benchmark", "metric", "published best", "target", "our best router", "ours", "best baseline", "verdict"]
    note = (
        "The best of about twenty routers on a test part flatters it a little; each was chosen on train data alone. "
        f"`{COIN}` throws one coin per prompt: what that reaches on one part is luck, so it is never "
        "the best baseline; its expectation is .5 in AUC and APGR.\n"
    )
    return f"## Targets\n\n{table(header, lines)}\n{note}"


def _section(section: Section, rows: Sequence[Row], published: Sequence[Published]) -> str:
    here = [row for row in rows if row.benchmark == section.benchmark and row.metric in section.metrics]
    if not here:
        return ""
    metrics = [metric for metric in section.metrics if any(row.metric == metric for row in here)]
    arrows = [f"{metric} {'↓' if metric in LOWER_IS_BETTER else ''}".strip() for metric in metrics]
    caveats = [section.remark, *(entry.caveat for entry in SUITE if entry.name == section.benchmark)]
    n_rows = max(row.n for row in here)
    text = [
        f"## {_title(section.benchmark)}\n",
        f"{n_rows:,} test rows. {' '.join(c for c in caveats if c)}".strip() + "\n",
    ]
    for heading, group in _groups(here):
        lines = [
            [_named(group, router, n_rows), *(_cell(group, router, metric) for metric in metrics)]
            for router in _order(group, metrics)
        ]
        text.append(table([heading, *arrows], lines))
    lines = _published_lines([figure for figure in published if figure.benchmark == section.benchmark], metrics)
    if lines:
        text.append(table(["published", *arrows], lines))
    return "\n".join(text)


def _groups(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    """Learnt routers in-domain, learnt routers in transfer, baselines and bounds; empty groups are left out."""
    plain = {*BASELINES, *BOUNDS}
    groups = {
        "in-domain": [row for row in rows if row.router not in plain and row.protocol == "in-domain"],
        "transfer": [row for row in rows if row.router not in plain and row.protocol == "transfer"],
        "baselines and bounds": [row for row in rows if row.router in plain],
    }
    return [(heading, group) for heading, group in groups.items() if group]


def _order(rows: Sequence[Row], metrics: Sequence[str]) -> list[str]:
    """Routers by the first metric that they have, best first."""

    def key(router: str) -> tuple[int, float, str]:
        for place, metric in enumerate(metrics):
            for row in rows:
                if (row.router, row.metric) == (router, metric) and not math.isnan(row.value):
                    return place, row.value if metric in LOWER_IS_BETTER else -row.value, router
        return len(metrics), 0.0, router

    return sorted({row.router for row in rows}, key=key)


def _cell(rows: Sequence[Row], router: str, metric: str) -> str:
    return next((interval(row) for row in rows if (row.router, row.metric) == (router, metric)), EMPTY)


def _named(rows: Sequence[Row], router: str, n_rows: int) -> str:
    """A router's id, and on how many rows it was run if not on all."""
    run = max(row.n for row in rows if row.router == router)
    return f"`{router}`" if run == n_rows else f"`{router}` (n = {run})"


def _published_lines(figures: Sequence[Published], metrics: Sequence[str]) -> list[list[str]]:
    shown = [figure for figure in figures if figure.metric in metrics]
    lines = []
    for label in dict.fromkeys(map(_label, shown)):
        known = {figure.metric: number(figure.value) for figure in shown if _label(figure) == label}
        lines.append([label, *(known.get(metric, EMPTY) for metric in metrics)])
    return lines


def _label(figure: Published) -> str:
    """A published router with its source and what its figure compares with."""
    return ", ".join(part for part in (figure.router, figure.protocol, figure.source) if part)


def _others(rows: Sequence[Row]) -> str:
    here = [row for row in rows if row.metric in ("APGR", BY_P_CORRECT) and row.benchmark in OTHERS]
    here += [row for row in rows if row.metric == "AUC" and row.benchmark == "just-eval"]
    text = """## Other pairs

APGR; for just-eval the AUC of P(strong) against shallow answers of the weak LLM. *Italic*: in-domain. P(strong) of the
routers that give P(correct) is of RouteLLM's pair; their second line ranks by P(correct) of the pair at hand.
"""
    return f"{text}\n{_matrix(here, (*OTHERS, 'just-eval'))}" if here else ""


def _picks(rows: Sequence[Row]) -> str:
    here = [row for row in rows if row.metric == PICK and row.benchmark in PICKS_ON]
    text = "## Picking among all measured LLMs\n\nMean quality of the LLM with the highest P(correct), cost ignored.\n"
    return f"{text}\n{_matrix(here, PICKS_ON)}" if here else ""


def _matrix(rows: Sequence[Row], benchmarks: Sequence[str]) -> str:
    """Routers against benchmarks, in the order of the rows; in-domain figures of learnt routers in italics."""
    lines = []
    most = {row.benchmark: max(other.n for other in rows if other.benchmark == row.benchmark) for row in rows}
    for name in dict.fromkeys(map(_ranked, rows)):
        cells = {row.benchmark: _slanted(row, most[row.benchmark]) for row in rows if _ranked(row) == name}
        lines.append([name, *(cells.get(benchmark, EMPTY) for benchmark in benchmarks)])
    return table(["router", *benchmarks], lines)


def _ranked(row: Row) -> str:
    """A router's id, and by what it ranks if not by P(strong)."""
    return f"`{row.router}` by P(correct)" if row.metric == BY_P_CORRECT else f"`{row.router}`"


def _slanted(row: Row, most: int) -> str:
    """The interval, in italics where in-domain, with the number of rows where it is not the benchmark's."""
    said = interval(row) if row.n == most else f"{interval(row)}, n = {row.n}"
    return f"*{said}*" if row.protocol == "in-domain" and row.router not in BOUNDS else said


def _pairs() -> str:
    lines = [
        [entry.name, f"{entry.pair.weak} / {entry.pair.strong}", entry.pair.reason] for entry in SUITE if entry.pair
    ]
    return f"## Weak and strong LLM\n\n{table(['benchmark', 'weak / strong', 'why'], lines)}"


def _caveats(published: Sequence[Published]) -> str:
    """One line per note, with the figures that it is about."""
    about: dict[tuple[str, str], list[str]] = {}
    for figure in published:
        if figure.note:
            where = f"{_title(figure.benchmark)}, {figure.source}"
            said = f"{figure.router} {figure.metric} {number(figure.value)}"
            about.setdefault((where, figure.note), []).append(said)
    lines = [f"- {where} ({'; '.join(figures)}): {note}" for (where, note), figures in about.items()]
    return "## Notes on published figures\n\n" + "\n".join(lines) + "\n"


def _title(benchmark: str) -> str:
    if benchmark == TIME:
        return TIME_TITLE
    return next((entry.title for entry in SUITE if entry.name == benchmark), trio.TITLE)
