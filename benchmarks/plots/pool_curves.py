"""A pool of LLMs: what routers reach among them for the money, beside single LLMs and an oracle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.dashboard.pool import Pool, PoolCurve
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import Theme, faded


def pool_chart(pool: Pool, benchmark: str, routers: Sequence[str], theme: Theme) -> Chart:
    """Quality against cost.

    Args:
        pool: From `benchmarks.dashboard.pool.build_pool`.
        benchmark: Name of the benchmark.
        routers: Those of the pool's routers to draw.
        theme: The colours.
    """
    chosen = [curve for curve in pool.routers if curve.name in routers]
    traces = [_line(curve, theme) for curve in chosen]
    traces += [_line(pool.oracle, theme, "longdash"), _line(pool.zero_router, theme, "dot")]
    costs = [pool.usd_per_1000[llm] for llm in pool.llms]
    estimates = [pool.singles[llm] for llm in pool.llms]
    traces.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": "one LLM for every prompt",
            "x": costs,
            "y": [estimate.value for estimate in estimates],
            "text": [llm.split("/")[-1] for llm in pool.llms],
            "textposition": "bottom right",
            "textfont": {"size": 11, "color": theme.muted},
            "error_y": {
                "type": "data",
                "array": [e.high - e.value for e in estimates],
                "arrayminus": [e.value - e.low for e in estimates],
                "color": faded(theme.routes[1], 0.5),
                "thickness": 1,
                "width": 2,
            },
            "marker": {"color": theme.routes[1], "size": 10, "symbol": "diamond"},
            "hovertemplate": "<b>%{text}</b><br>quality %{y:.3f}<br>$%{x:.4g} per 1,000<extra></extra>",
        }
    )
    top = max(*(float(np.max(curve.usd_per_1000)) for curve in (*chosen, pool.zero_router)), *costs)
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, "USD per 1,000 prompts", tickprefix="$", range=[0, top * 1.12]),
        yaxis=titled(theme, "mean quality of the answers", range=_heights(pool, chosen)),
        height=560,
        legend={"orientation": "h", "x": 0, "y": -0.13, "yanchor": "top"},
    )
    how = (
        "A router is worth having where its line lies above the dotted one, which is reached by mixing single LLMs at "
        "random. The long dashes are an oracle that knows which answer is right: nothing can be above them."
    )
    columns: dict[str, list[object]] = {}
    for curve in (*chosen, pool.zero_router, pool.oracle):
        for name in ("router", "setting", "USD per 1,000", "quality", "low", "high"):
            columns.setdefault(name, []).extend(curve.columns()[name])
    return Chart(f"pool-{benchmark}", f"A pool of {len(pool.llms)} LLMs on {benchmark}", drawn, how, columns)


def _line(curve: PoolCurve, theme: Theme, dash: str = "") -> dict[str, Any]:
    colour, own = theme.router(curve.name)
    if dash:
        colour = theme.routes[1] if dash == "dot" else theme.muted
    real = curve.usd_per_1000 > 0
    return {
        "type": "scatter",
        "mode": "lines",
        "name": {"oracle": "oracle", "Zero router": "mixing at random (Zero router)"}.get(curve.name, curve.name),
        "x": curve.usd_per_1000[real].tolist(),
        "y": curve.quality[real].tolist(),
        "line": {"color": colour, "dash": dash or own, "width": 1.6 if dash else 2.3},
        "hovertemplate": "<b>%{fullData.name}</b><br>quality %{y:.3f}<br>$%{x:.4g} per 1,000<extra></extra>",
    }


def _heights(pool: Pool, chosen: Sequence[PoolCurve]) -> list[float]:
    values = [estimate.value for estimate in pool.singles.values()]
    low = min(*values, *(float(curve.quality.min()) for curve in chosen)) if chosen else min(values)
    high = float(pool.oracle.quality.max())
    return [low - 0.08 * (high - low), high + 0.06 * (high - low)]
