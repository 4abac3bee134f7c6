"""The charts of the Usage page: decisions, escalation, cost and saving by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from itertools import accumulate
from typing import Any

from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import HUES, Theme
from feedback.usage_drift import wilson
from feedback.usage_sums import Keyed, Sums

MOST_SERIES = 8
OTHERS = "others"
NOBODY = "no LLM named"
COUNTED_BELOW = 8
"""Below so many every whole number gets its tick: there is no half decision."""

_USD = {"tickprefix": "$", "exponentformat": "none", "separatethousands": True}
"""Plotly would write 0.00002 as 20µ."""

_DAY_MS = 24 * 3600 * 1000
_FEW_DAYS = 10


def day_axis(days: Sequence[date]) -> dict[str, Any]:
    """An axis of whole days, from half a day before the first to half a day after the last."""
    axis: dict[str, Any] = {"type": "date", "tickformat": "%d %b", "hoverformat": "%d %b %Y"}
    if days:
        noon = "{:%Y-%m-%d} 12:00"
        axis["range"] = [noon.format(days[0] - timedelta(days=1)), noon.format(days[-1])]
    if len(days) <= _FEW_DAYS:
        axis["dtick"] = _DAY_MS
    return axis


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, so that days without anything show as such."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def decisions_chart(sums: Keyed, days: Sequence[date], theme: Theme) -> Chart:
    """Decisions per day, by page and endpoint.

    Args:
        sums: By (day, place).
        days: All days that are shown.
        theme: The colours.
    """
    series = by_series(sums, days, _decisions)
    traces = [_bar(name, days, values, colour) for (name, values), colour in _coloured(series, theme)]
    most = max((sum(column) for column in zip(*series.values(), strict=True)), default=0)
    counts = titled(theme, "decisions per day", tickformat=",", rangemode="tozero")
    if most < COUNTED_BELOW:
        counts["dtick"] = 1
    drawn = figure(traces, theme, barmode="stack", hovermode="x unified", xaxis=day_axis(days), yaxis=counts)
    how = (
        "A bar is a day (UTC), its parts are pages and endpoints. Every router that decides counts: a prompt on the "
        "Route page or at /api/decide is one decision of each router of the panel. The last day may still be going on."
    )
    return Chart("usage-decisions", "Decisions per day", drawn, how, _columns(days, series))


def escalation_chart(sums: Keyed, days: Sequence[date], theme: Theme) -> Chart:
    """Share of decisions that picked anything but the cheapest route, by router.

    Args:
        sums: By (day, router).
        days: All days that are shown.
        theme: The colours.
    """
    routers = _most(sums, _decisions)
    cells = {
        name: [wilson(one.escalated, one.decisions) for one in _over(sums, days, name)] for name in routers if name
    }
    traces = []
    for name, shares in cells.items():
        colour, dash = theme.router(name)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": escape(name, quote=False),
                "x": days,
                "y": [100 * share.value if share.of else None for share in shares],
                "customdata": [[100 * share.low, 100 * share.high, share.of] for share in shares],
                "line": {"color": colour, "dash": dash, "width": 2},
                "marker": {"color": colour, "size": 6},
                "hovertemplate": "%{y:.0f} % (%{customdata[0]:.0f}–%{customdata[1]:.0f}) of %{customdata[2]:,}",
            }
        )
    drawn = figure(
        traces,
        theme,
        hovermode="x",
        xaxis=day_axis(days),
        yaxis=titled(theme, "escalated, %", range=[-2, 102]),
    )
    how = (
        "The share of a router's decisions that picked a dearer LLM than the cheapest; point at a day for its 95 % "
        f"interval. At most {MOST_SERIES} routers are drawn, those with the most decisions; a baseline "
        "only where it is chosen. A line that rises means harder prompts, or a router that was changed."
    )
    columns: dict[str, list[object]] = {"day": [], "router": [], "decisions": [], "escalated": []}
    for name in sorted({key[1] for key in sums} - {""}):
        for day, one in zip(days, _over(sums, days, name), strict=True):
            if one.decisions:
                _append(columns, day, name, one.decisions, one.escalated)
    return Chart("usage-escalation", "Escalation share per day", drawn, how, columns)


def cost_chart(sums: Keyed, days: Sequence[date], theme: Theme, paid: bool) -> Chart:
    """Cost per day by LLM, and all of it so far.

    Args:
        sums: By (day, LLM).
        days: All days that are shown.
        theme: The colours.
        paid: Whether amounts were paid; else they are estimates.
    """
    series = by_series(sums, days, _usd)
    traces = [_bar(name, days, values, colour, "$%{y:.6~f}") for (name, values), colour in _coloured(series, theme)]
    totals = [sum((values[place] for values in series.values()), Decimal(0)) for place in range(len(days))]
    traces.append(_line("so far", days, list(accumulate(totals)), theme.text))
    drawn = figure(traces, theme, **_two_axes(theme, days, "USD per day", "USD so far"), barmode="stack")
    how = (
        "Bars are days, their parts are LLMs; the line is the sum since the first day shown. "
        + (
            "These amounts were paid for answers that were given here, by list prices and the providers' token counts."
            if paid
            else "These are estimates of what the picked LLMs would have cost: nobody was asked here."
        )
        + " What has no price counts as nothing."
    )
    title = "Cost per day, paid" if paid else "Cost per day, estimated"
    return Chart("usage-cost", title, drawn, how, _columns(days, series))


def saving_chart(sums: Keyed, days: Sequence[date], theme: Theme, paid: bool) -> Chart:
    """What routing saved per day, and all of it so far.

    Args:
        sums: By (day,).
        days: All days that are shown.
        theme: The colours.
        paid: Whether amounts were paid; else they are estimates.
    """
    values = [sums.get((day,), Sums()).saving_usd for day in days]
    traces = [
        _bar("saved", days, values, theme.routes[0], "$%{y:.6~f}"),
        _line("so far", days, list(accumulate(values)), theme.text),
    ]
    drawn = figure(traces, theme, **_two_axes(theme, days, "USD saved per day", "USD so far"), showlegend=True)
    how = (
        "What the strongest LLM of the same pool would have cost for the same tokens, less what the picked LLM "
        f"{'cost' if paid else 'is estimated to cost'}, less the routers' own time on this machine. Below zero, "
        "routing cost more than it saved. Answers that broke off or came from the cache are left out, and so is what "
        "has no price."
    )
    columns: dict[str, list[object]] = {"day": [], "counted": [], "always strongest, USD": [], "saved, USD": []}
    for day in days:
        one = sums.get((day,), Sums())
        _append(columns, day, one.saving_events, one.baseline_usd, one.saving_usd)
    return Chart("usage-saving", "Saving against always the strongest LLM", drawn, how, columns)


def by_series(sums: Keyed, days: Sequence[date], value: Any) -> dict[str, list[Any]]:  # noqa: ANN401  int or Decimal
    """Values by day of each series, the largest first; the smallest are put together."""
    names = _most(sums, value)
    series = {name: [value(one) for one in _over(sums, days, name)] for name in names}
    rest = sorted({key[1] for key in sums} - set(names))
    if rest:
        over = [[value(one) for one in _over(sums, days, name)] for name in rest]
        series[OTHERS] = [sum(column[1:], column[0]) for column in zip(*over, strict=True)]
    return series


def _most(sums: Keyed, value: Any) -> list[str]:  # noqa: ANN401  as above
    totals: dict[str, Any] = {}
    for key, one in sums.items():
        if value(one):
            totals[key[1]] = totals.get(key[1], 0) + value(one)
    return sorted(totals, key=totals.__getitem__, reverse=True)[:MOST_SERIES]


def _over(sums: Keyed, days: Sequence[date], name: str) -> list[Sums]:
    return [sums.get((day, name), Sums()) for day in days]


def _decisions(one: Sums) -> int:
    return one.decisions


def _usd(one: Sums) -> Decimal:
    return one.usd


def _coloured(series: Mapping[str, list[Any]], theme: Theme) -> list[tuple[tuple[str, list[Any]], str]]:
    hues = HUES[theme.scheme]
    return [
        (item, theme.muted if item[0] == OTHERS else hues[number % len(hues)])
        for number, item in enumerate(series.items())
    ]


def _bar(name: str, days: Sequence[date], values: Sequence[Any], colour: str, shown: str = "%{y:,}") -> dict[str, Any]:
    return {
        "type": "bar",
        "name": escape(name or NOBODY, quote=False),
        "x": days,
        "y": [float(value) for value in values],
        "marker": {"color": colour},
        "hovertemplate": shown,
    }


def _line(name: str, days: Sequence[date], values: Sequence[Decimal], colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": days,
        "y": [float(value) for value in values],
        "yaxis": "y2",
        "line": {"color": colour, "width": 2, "dash": "dot"},
        "hovertemplate": "$%{y:.6~f}",
    }


def _two_axes(theme: Theme, days: Sequence[date], left: str, right: str) -> dict[str, Any]:
    second = titled(
        theme, right, overlaying="y", side="right", showgrid=False, rangemode="tozero", zeroline=False, **_USD
    )
    return {
        "hovermode": "x unified",
        "xaxis": day_axis(days),
        "yaxis": titled(theme, left, rangemode="tozero", **_USD),
        "yaxis2": {**second, "tickfont": {"color": theme.muted, "size": 12}, "automargin": True},
    }


def _columns(days: Sequence[date], series: Mapping[str, Sequence[Any]]) -> dict[str, list[object]]:
    return {"day": list(days), **{name or NOBODY: list(values) for name, values in series.items()}}


def _append(columns: dict[str, list[object]], *row: object) -> None:
    for cells, cell in zip(columns.values(), row, strict=True):
        cells.append(cell)
