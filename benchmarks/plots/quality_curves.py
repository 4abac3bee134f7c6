"""Cost against quality: every router's curve between the weak and the strong LLM, with what it must stand beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from benchmarks.aiq import frontier
from benchmarks.benchmark import FloatArray
from benchmarks.dashboard.curves import QualityCurve, SingleLlm
from benchmarks.dashboard.operating_point import OperatingPoint
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import Theme, faded

XAxis = Literal["share", "usd"]

SHARE_TITLE = "share of prompts sent to the strong LLM"
USD_TITLE = "USD per 1,000 prompts"
ROOM = 1.06
"""How much wider than the curves the axis of dollars is: single LLMs that cost more lie outside, a zoom shows them."""


def curve_chart(
    name: str,
    curves: Sequence[QualityCurve],
    beside: Sequence[QualityCurve],
    singles: Sequence[SingleLlm],
    theme: Theme,
    *,
    x: XAxis = "share",
    banded: Sequence[str] = (),
    point: OperatingPoint | None = None,
    pair: tuple[str, str] = ("weak LLM", "strong LLM"),
) -> Chart:
    """Quality against share of strong calls or cost.

    Args:
        name: Of the benchmark.
        curves: Of the routers.
        beside: Random and oracle.
        singles: Single LLMs; the best one is a line or a point, and with costs all of them and their hull are shown.
        theme: The colours.
        x: What the x axis is; for `usd` every curve needs costs.
        banded: Names of the curves whose 95 % band is drawn.
        point: The operating point to mark.
        pair: Names of the weak and the strong LLM.
    """
    traces: list[dict[str, Any]] = []
    for curve in (*beside, *curves):
        if curve.name in banded or curve.name.startswith("random ("):
            traces += _band(curve, theme, x)
    traces += [_line(curve, theme, x, beside=curve in beside) for curve in (*beside, *curves)]
    ends = curves[0] if curves else beside[0]
    traces += _ends(ends, theme, x, pair)
    traces += _singles(singles, ends, theme, x)
    if point is not None:
        traces.append(_point(point, theme, x))
    xs = np.concatenate([_x(curve, x) for curve in (*beside, *curves)])
    axis: dict[str, Any] = {"tickformat": ".0%", "range": [-0.02, 1.02]}
    if x == "usd":
        axis = {"tickprefix": "$", "range": [0.0, float(xs.max()) * ROOM]}
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, SHARE_TITLE if x == "share" else USD_TITLE, **axis),
        yaxis=titled(theme, "mean quality of the answers", range=_heights((*curves, *beside))),
        height=600,
        legend={"orientation": "h", "x": 0, "y": -0.13, "yanchor": "top", "font": {"size": 12}},
    )
    return Chart(f"curves-{name}", f"Cost and quality on {name}", drawn, _how(x), _columns((*curves, *beside)))


def _heights(curves: Sequence[QualityCurve]) -> list[float]:
    """From the worst to the best curve: single LLMs that are worse lie outside, a zoom shows them."""
    low, high = (float(edge) for edge in (min(c.quality.min() for c in curves), max(c.quality.max() for c in curves)))
    room = 0.06 * (high - low or 1.0)
    return [low - room, high + room]


def _how(x: XAxis) -> str:
    more = "the more prompts go to the strong LLM" if x == "share" else "the more you pay"
    return (
        f"Further right {more}; further up the answers are better, so a line that lies higher is the better router. "
        "One that does not rise clearly above the grey band is no better than chance, and one below the dashed "
        "line is beaten by sorting prompts by length. Shaded: 95 % interval."
    )


def _x(curve: QualityCurve, x: XAxis) -> FloatArray:
    if x == "share":
        return curve.share
    if curve.usd_per_1000 is None:
        raise ValueError(f"{curve.name} has no costs")
    return curve.usd_per_1000


def _band(curve: QualityCurve, theme: Theme, x: XAxis) -> list[dict[str, Any]]:
    along = _x(curve, x)
    colour = theme.muted if curve.name.startswith("random (") else theme.router(curve.name)[0]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": np.concatenate([along, along[::-1]]).tolist(),
            "y": np.concatenate([curve.low, curve.high[::-1]]).tolist(),
            "fill": "toself",
            "fillcolor": faded(colour, 0.15),
            "line": {"width": 0, "color": faded(colour, 0.0)},
            "hoverinfo": "skip",
            "showlegend": False,
            "name": f"{curve.name}, band",
        }
    ]


def _line(curve: QualityCurve, theme: Theme, x: XAxis, *, beside: bool) -> dict[str, Any]:
    colour, dash = (theme.muted, "dot") if beside else theme.router(curve.name)
    shown = {"oracle": "oracle (knows the answers)"}.get(curve.name, curve.name)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": shown,
        "x": _x(curve, x).tolist(),
        "y": curve.quality.tolist(),
        "line": {
            "color": colour,
            "dash": "longdash" if curve.name == "oracle" else dash,
            "width": 1.6 if beside else 2.4,
        },
        "customdata": np.column_stack([curve.threshold, curve.low, curve.high, curve.share]).tolist(),
        "hovertemplate": (
            "<b>%{fullData.name}</b><br>quality %{y:.3f} [%{customdata[1]:.3f}, %{customdata[2]:.3f}]"
            "<br>strong calls %{customdata[3]:.0%}<br>threshold %{customdata[0]:.4f}<extra></extra>"
        ),
    }


def _ends(curve: QualityCurve, theme: Theme, x: XAxis, pair: tuple[str, str]) -> list[dict[str, Any]]:
    along = _x(curve, x)
    places = (
        (0, "always weak", pair[0], theme.routes[0], "circle"),
        (-1, "always strong", pair[1], theme.routes[2], "square"),
    )
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": f"{said}: {llm}",
            "x": [float(along[at])],
            "y": [float(curve.quality[at])],
            "marker": {"color": colour, "size": 11, "symbol": symbol},
            "hovertemplate": f"<b>{said}</b><br>quality %{{y:.3f}}<extra></extra>",
        }
        for at, said, llm, colour, symbol in places
    ]


def _singles(singles: Sequence[SingleLlm], ends: QualityCurve, theme: Theme, x: XAxis) -> list[dict[str, Any]]:
    if not singles:
        return []
    best = singles[0]
    if x == "share":
        return [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"best single LLM: {best.llm}",
                "x": [0.0, 1.0],
                "y": [best.quality.value] * 2,
                "line": {"color": theme.routes[1], "dash": "dot", "width": 1.5},
                "hovertemplate": f"<b>{best.llm}</b> for every prompt<br>quality %{{y:.3f}}<extra></extra>",
            }
        ]
    priced = [(single.usd_per_1000, single) for single in singles if single.usd_per_1000 is not None]
    if len(priced) < 2:
        return []
    costs = np.array([usd for usd, _ in priced])
    hull = frontier(costs, np.array([single.quality.value for _, single in priced]))
    real = hull.cost >= costs.min()  # without the null router, which answers nothing
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "single LLMs",
        "x": costs.tolist(),
        "y": [single.quality.value for _, single in priced],
        "text": [single.llm for _, single in priced],
        "marker": {"color": theme.routes[1], "size": 8, "symbol": "diamond"},
        "hovertemplate": "<b>%{text}</b> for every prompt<br>quality %{y:.3f}, $%{x:.3g}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "hull of single LLMs (mixing them at random)",
        "x": hull.cost[real].tolist(),
        "y": hull.quality[real].tolist(),
        "line": {"color": theme.routes[1], "dash": "dot", "width": 1.5},
        "hoverinfo": "skip",
    }
    return [line, points]


def _point(point: OperatingPoint, theme: Theme, x: XAxis) -> dict[str, Any]:
    at = point.share if x == "share" else point.usd_per_1000
    if at is None:
        raise ValueError("the point has no costs")
    colour = theme.router(point.name)[0]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "your setting",
        "x": [at.value],
        "y": [point.quality.value],
        "error_x": {"type": "data", "array": [at.high - at.value], "arrayminus": [at.value - at.low], "color": colour},
        "error_y": {
            "type": "data",
            "array": [point.quality.high - point.quality.value],
            "arrayminus": [point.quality.value - point.quality.low],
            "color": colour,
        },
        "marker": {"color": theme.surface, "size": 15, "line": {"color": theme.accent, "width": 4}},
        "hovertemplate": f"<b>{point.name}</b> at your setting<br>quality %{{y:.3f}}<extra></extra>",
    }


def _columns(curves: Sequence[QualityCurve]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {}
    for curve in curves:
        for title, values in curve.columns().items():
            columns.setdefault(title, []).extend(values)
    return columns
