"""Latency against quality: what a router's own time buys."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.dashboard.leaderboard import LeaderRow
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import Theme

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
"""Neighbours in time lie close together, so they differ in shape as well as in colour."""


def latency_chart(rows: Sequence[LeaderRow], metric: str, theme: Theme, machine: str = "") -> Chart:
    """A point per router that was timed.

    Args:
        rows: Of one benchmark.
        metric: The figure on the y axis.
        theme: The colours.
        machine: On which the times were taken.
    """
    timed = [
        (row.latency_ms, row)
        for row in rows
        if row.latency_ms is not None and metric in row.figures and not math.isnan(row.figures[metric].value)
    ]
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": row.router,
            "x": [ms],
            "y": [row.figures[metric].value],
            "error_y": {
                "type": "data",
                "array": [row.figures[metric].high - row.figures[metric].value],
                "arrayminus": [row.figures[metric].value - row.figures[metric].low],
                "color": theme.router(row.router)[0],
                "thickness": 1,
                "width": 2,
            },
            "marker": {"color": theme.router(row.router)[0], "size": 11, "symbol": SYMBOLS[number % len(SYMBOLS)]},
            "hovertemplate": f"<b>{row.router}</b><br>%{{x:.3g}} ms<br>{metric} %{{y:.3f}}<extra></extra>",
        }
        for number, (ms, row) in enumerate(sorted(timed, key=_milliseconds))
    ]
    drawn = figure(
        traces,
        theme,
        xaxis=titled(
            theme, "a router's own time per prompt, ms (each line is ten times the last)", type="log", dtick=1
        ),
        yaxis=titled(theme, metric),
        height=560,
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top", "font": {"size": 12}},
    )
    how = (
        f"Up is better ({metric}), left is faster. A router is worth its time only if none to its left is as high. "
        f"Times are medians alone on one prompt{f', on {machine}' if machine else ''}; an LLM's answer takes seconds."
    )
    columns: dict[str, list[object]] = {
        "router": [row.router for _, row in timed],
        "ms": [ms for ms, _ in timed],
        "forwards of the encoder": [row.forwards for _, row in timed],
        metric: [row.figures[metric].value for _, row in timed],
        "low": [row.figures[metric].low for _, row in timed],
        "high": [row.figures[metric].high for _, row in timed],
        "USD per 1,000 prompts": [row.overhead_usd_per_1000 for _, row in timed],
        "MB": [row.size_mb for _, row in timed],
    }
    name = timed[0][1].benchmark if timed else "none"
    title = timed[0][1].title if timed else "no benchmark"
    return Chart(f"latency-{name}", f"Time and {metric} on {title}", drawn, how, columns)


def _milliseconds(timed: tuple[float, LeaderRow]) -> float:
    return timed[0]
