"""Many routers in one figure: a metric of each with its interval, the published figures apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from benchmarks.dashboard.leaderboard import LOWER, LeaderRow, sort_rows
from benchmarks.dashboard.ranking import ORACLE
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import Theme

SYMBOLS = {"in-domain": "circle", "transfer": "circle-open", "baseline": "x-thin-open", "published": "diamond"}
ROW_PX = 24


def leaderboard_chart(rows: Sequence[LeaderRow], metric: str, theme: Theme) -> Chart:
    """A point per router, the best above.

    Args:
        rows: Of one benchmark.
        metric: Which figure.
        theme: The colours.
    """
    usable = [row for row in rows if metric in row.figures and not math.isnan(row.figures[metric].value)]
    usable = [row for row in usable if row.router != ORACLE]
    ordered = sort_rows(usable, metric)[::-1]
    labels = _labels(ordered)
    colours = dict(zip(("in-domain", "transfer", "baseline", "published"), _colours(theme), strict=True))
    traces: list[dict[str, Any]] = []
    for group, symbol in SYMBOLS.items():
        mine = [(row, label) for row, label in zip(ordered, labels, strict=True) if row.group == group]
        if mine:
            estimates = [row.figures[metric] for row, _ in mine]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": group,
                    "x": [e.value for e in estimates],
                    "y": [label for _, label in mine],
                    "error_x": {
                        "type": "data",
                        "array": [_or_none(e.high - e.value) for e in estimates],
                        "arrayminus": [_or_none(e.value - e.low) for e in estimates],
                        "color": colours[group],
                        "thickness": 1.6,
                        "width": 3,
                    },
                    "marker": {"color": colours[group], "symbol": symbol, "size": 10, "line": {"width": 2}},
                    "hovertemplate": "<b>%{y}</b><br>" + metric + " %{x:.3f}<extra>%{fullData.name}</extra>",
                }
            )
    lower = metric in LOWER
    title = ordered[0].title if ordered else "no benchmark"
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, f"{metric} ({'lower' if lower else 'higher'} is better)"),
        yaxis={"categoryorder": "array", "categoryarray": labels, "title": {"text": ""}},
        height=150 + ROW_PX * len(ordered),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 170, "r": 18, "t": 40, "b": 52},
    )
    how = (
        f"The best router is at the top. Where two lines overlap, {metric} does not tell the two apart. "
        "In-domain routers learnt from other prompts of the same benchmark; transfer ones never saw any. "
        "Published figures are other people's, without intervals, often of other test prompts. The oracle, which knows "
        "the answers, is only in the table: it lies so far off that the routers could not be told apart."
    )
    name = ordered[0].benchmark if ordered else "none"
    return Chart(f"leaderboard-{name}", f"{metric} on {title}", drawn, how, _columns(ordered[::-1], metric))


def _labels(rows: Sequence[LeaderRow]) -> list[str]:
    """Names that differ, since plotly puts equal ones on one line."""
    seen: dict[str, int] = {}
    labels = []
    for row in rows:
        label = row.router if row.group != "published" else f"{row.router} (published)"
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} {seen[label]}")
    return labels


def _colours(theme: Theme) -> tuple[str, str, str, str]:
    return theme.accent, theme.accent, theme.muted, theme.routes[1]


def _columns(rows: Sequence[LeaderRow], metric: str) -> dict[str, list[object]]:
    figures = [row.figures[metric] for row in rows]
    return {
        "router": [row.router for row in rows],
        "group": [row.group for row in rows],
        metric: [e.value for e in figures],
        "low": [e.low for e in figures],
        "high": [e.high for e in figures],
        "prompts": [row.n_rows for row in rows],
        "source": [row.source for row in rows],
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
