"""How far a router's probabilities can be taken at their word, and how its scores spread by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.report import Histogram
from benchmarks.plots.chart import Chart, figure, named, titled
from benchmarks.plots.theme import Theme
from benchmarks.plots.unit_square import guide, unit_axes
from benchmarks.reliability import Point

BIGGEST_PX, SMALLEST_PX = 26.0, 6.0


def reliability_chart(router: str, benchmark: str, points: Sequence[Point], error: Estimate, theme: Theme) -> Chart:
    """What the router said against what happened."""
    colour, _ = theme.router(router)
    most = max((point.prompts for point in points), default=1)
    sizes = [SMALLEST_PX + (BIGGEST_PX - SMALLEST_PX) * (point.prompts / most) ** 0.5 for point in points]
    traces = [
        guide(theme, "perfect"),
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": router,
            "x": [point.said for point in points],
            "y": [point.happened for point in points],
            "customdata": [point.prompts for point in points],
            "line": {"color": colour, "width": 1.6},
            "marker": {"size": sizes, "color": colour},
            "hovertemplate": "said %{x:.0%}<br>happened %{y:.0%}<br>%{customdata:,} prompts<extra></extra>",
        },
    ]
    drawn = figure(traces, theme, **unit_axes(theme, "the router said: in need", "were in need"))
    how = (
        "On the dotted line the router can be taken at its word; below it, it asks for the strong LLM too often. Large "
        f"points are many prompts. Mean gap (ECE) {error.value:.3f} [{error.low:.3f}, {error.high:.3f}]."
    )
    columns: dict[str, list[object]] = {
        "said": [point.said for point in points],
        "happened": [point.happened for point in points],
        "prompts": [point.prompts for point in points],
    }
    return Chart(
        named("reliability", router, benchmark), f"Reliability of {router} on {benchmark}", drawn, how, columns
    )


def histogram_chart(router: str, benchmark: str, found: Histogram, theme: Theme) -> Chart:
    """Scores of prompts that needed the strong LLM, and of the others."""
    middles = ((found.edges[1:] + found.edges[:-1]) / 2).tolist()
    classes: list[tuple[str, Any, str]] = [
        ("the cheapest route sufficed", found.sufficed, theme.routes[0]),
        ("more was needed", found.needed, theme.routes[2]),
    ]
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": middles,
            "y": (values / max(int(values.sum()), 1)).tolist(),
            "customdata": values.tolist(),
            "marker": {"color": colour},
            "opacity": 0.75,
            "hovertemplate": f"<b>{name}</b><br>score about %{{x:.3f}}"
            "<br>%{customdata:,} prompts, %{y:.0%} of their class<extra></extra>",
        }
        for name, values, colour in classes
    ]
    shapes = []
    if found.threshold is not None:
        line = {"color": theme.accent, "width": 2, "dash": "dash"}
        shapes = [
            {
                "type": "line",
                "x0": found.threshold,
                "x1": found.threshold,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": line,
            }
        ]
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, "score: 1 − P(cheapest route)", range=[0, 1]),
        yaxis=titled(theme, "share of the class", tickformat=".0%"),
        barmode="overlay",
        shapes=shapes,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 62, "r": 18, "t": 36, "b": 52},
    )
    how = (
        "The less the two colours overlap, the better the router tells the prompts apart. "
        "Right of the dashed line it escalates, unless another threshold is set."
    )
    columns: dict[str, list[object]] = {
        "from": found.edges[:-1].tolist(),
        "to": found.edges[1:].tolist(),
        "needed": found.needed.tolist(),
        "sufficed": found.sufficed.tolist(),
    }
    return Chart(named("scores", router, benchmark), f"Scores of {router} on {benchmark}", drawn, how, columns)
