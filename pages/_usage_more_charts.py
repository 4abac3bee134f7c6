"""The charts of the Usage page that are not by amount: latency by router, and distance from the training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import HUES, Theme
from feedback.usage_bins import percentile_ms
from feedback.usage_drift import EXPECTED, FAR, Counts, far_share
from pages._usage_charts import day_axis

ROW_PX = 26
MEDIAN, TAIL = 50, 95
WIDE = 1_000
"""Times that are so far apart have powers of ten among them; nearer ones need ticks at 2 and 5 as well."""


def latency_chart(latencies: Mapping[str, Counts], theme: Theme) -> Chart:
    """Median and 95th percentile of what each router took.

    Args:
        latencies: Decisions by router and bin.
        theme: The colours.
    """
    rows = sorted(
        ((name, percentile_ms(bins, MEDIAN), percentile_ms(bins, TAIL)) for name, bins in latencies.items()),
        key=_by_median,
        reverse=True,
    )
    labels = [escape(name, quote=False) for name, _, _ in rows]
    lines = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for _, low, high in rows for x in (low, high, None)],
        "y": [y for label in labels for y in (label, label, None)],
        "line": {"color": theme.line, "width": 4},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    dots = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": title,
            "x": values,
            "y": labels,
            "marker": {"color": colour, "size": 11, "symbol": symbol},
            "hovertemplate": "%{y}: %{x:.3g} ms<extra>" + title + "</extra>",
        }
        for title, values, colour, symbol in (
            ("median (p50)", [row[1] for row in rows], theme.accent, "circle"),
            ("p95", [row[2] for row in rows], theme.routes[1], "diamond"),
        )
    ]
    times = [time for _, *both in rows for time in both if time]
    wide = bool(times) and max(times) > WIDE * min(times)
    drawn = figure(
        [lines, *dots],
        theme,
        xaxis=titled(theme, "ms per decision", type="log", dtick=1 if wide else "D2", exponentformat="none"),
        yaxis={"categoryorder": "array", "categoryarray": labels, "title": {"text": ""}},
        height=160 + ROW_PX * len(rows),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 150, "r": 18, "t": 40, "b": 52},
    )
    how = (
        "Left is faster, and the scale is by factors: half of a router's decisions take no longer than its "
        "circle, 95 % no longer than its diamond. A router's time is what it takes alone, the shared tokenizer and "
        "encoder included. Percentiles come from bins 12 % wide, so they are good to a few per cent. The filter by LLM "
        "does not apply here."
    )
    columns: dict[str, list[object]] = {
        "router": [row[0] for row in reversed(rows)],
        "decisions": [sum(latencies[row[0]].values()) for row in reversed(rows)],
        "p50, ms": [round(row[1], 4) for row in reversed(rows)],
        "p95, ms": [round(row[2], 4) for row in reversed(rows)],
    }
    return Chart("usage-latency", "Latency by router", drawn, how, columns)


def drift_chart(novelties: Mapping[str, Mapping[date, Counts]], days: Sequence[date], theme: Theme) -> Chart:
    """Share of each day's prompts that are far from each data set.

    Args:
        novelties: Prompts by data set, day and percentile.
        days: All days that are shown.
        theme: The colours.
    """
    traces = []
    columns: dict[str, list[object]] = {
        name: [] for name in ("day", "data set", "prompts", "far, share", "low, 95 %", "high, 95 %")
    }
    for number, (name, by_day) in enumerate(sorted(novelties.items())):
        shares = [far_share(by_day.get(day, {})) for day in days]
        colour = HUES[theme.scheme][number % len(HUES[theme.scheme])]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": escape(name, quote=False),
                "x": days,
                "y": [100 * share.value if share.of else None for share in shares],
                "error_y": {
                    "type": "data",
                    "array": [100 * (share.high - share.value) if share.of else None for share in shares],
                    "arrayminus": [100 * (share.value - share.low) if share.of else None for share in shares],
                    "color": colour,
                    "thickness": 1,
                    "width": 2,
                },
                "customdata": [share.of for share in shares],
                "line": {"color": colour, "width": 2},
                "marker": {"color": colour, "size": 6},
                "hovertemplate": "%{y:.0f} % of %{customdata:,} prompts<extra>%{fullData.name}</extra>",
            }
        )
        for day, share in zip(days, shares, strict=True):
            if share.of:
                row = (day, name, share.of, share.value, share.low, share.high)
                for cells, cell in zip(columns.values(), row, strict=True):
                    cells.append(cell)
    if days:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "prompts like the training data: 5 %",
                "x": [days[0], days[-1]],
                "y": [100 * EXPECTED] * 2,
                "line": {"color": theme.muted, "dash": "dash", "width": 1.5},
                "hoverinfo": "skip",
            }
        )
    drawn = figure(
        traces,
        theme,
        xaxis=day_axis(days),
        yaxis=titled(theme, f"beyond the {FAR}th percentile, %", rangemode="tozero"),
    )
    how = (
        f"The share of a day's prompts that lie farther from a data set than {FAR} % of its own prompts, with its 95 % "
        "interval; prompts like the training data stay near the dashed line. Each prompt counts once per data set, "
        "whoever routed it; the other filters do not apply here. Many prompts of one visitor are alike, so that an "
        "interval is rather too narrow."
    )
    return Chart("usage-drift", "Distance from the training data", drawn, how, columns)


def _by_median(row: tuple[str, float, float]) -> float:
    return row[1]
