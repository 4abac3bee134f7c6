"""Figures whose axes are both shares: their axes, and the dotted line against which the router's line is read."""

from __future__ import annotations

from typing import Any

from benchmarks.plots.chart import titled
from benchmarks.plots.theme import Theme


def unit_axes(theme: Theme, x: str, y: str) -> dict[str, Any]:
    """Both axes from 0 to 100 %, as keywords of `benchmarks.plots.chart.figure`.

    Args:
        theme: The colours.
        x: Title of the x axis.
        y: Title of the y axis.
    """
    share = {"tickformat": ".0%", "range": [-0.02, 1.02]}
    return {"xaxis": titled(theme, x, **share), "yaxis": titled(theme, y, **share), "showlegend": False}


def guide(theme: Theme, name: str, left: float = 0.0, right: float = 1.0) -> dict[str, Any]:
    """A dotted line across the figure, the diagonal unless told otherwise.

    Args:
        theme: The colours.
        name: What lies on it, such as `chance`.
        left: Its height at x = 0.
        right: Its height at x = 1.
    """
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [0, 1],
        "y": [left, right],
        "line": {"color": theme.muted, "dash": "dot", "width": 1.4},
        "hoverinfo": "skip",
    }
