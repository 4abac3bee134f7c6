"""The chart of the Learn tab: prompts served against prompts escalated, before and after learning."""

from __future__ import annotations

from typing import Any

from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import Theme, faded
from feedback.learning.report import Report, Side

HOW = (
    "Further right more prompts are escalated; further up more held-out prompts get a tier that suffices, so the "
    "higher line is the better one, where the shaded 95 % bands do not make it chance. The straight dotted line is "
    "escalating at random. The marks are where each stands at its own setting."
)


def before_after_chart(report: Report, name: str, theme: Theme) -> Chart:
    """Both curves with their bands and operating points.

    Args:
        report: Of a version.
        name: Of the version, such as `semantic v3`.
        theme: The colours.
    """
    sides = (("before", report.before, theme.muted, "dash"), ("after", report.after, theme.accent, "solid"))
    chance = report.before.quality[0]
    traces = [_band(report, side, colour, said) for said, side, colour, _ in sides]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "escalating at random",
            "x": [0.0, 1.0],
            "y": [chance, 1.0],
            "line": {"color": theme.muted, "dash": "dot", "width": 1.4},
            "hoverinfo": "skip",
        }
    )
    traces += [_line(report, side, colour, dash, said) for said, side, colour, dash in sides]
    traces += [_mark(side, colour, said, theme) for said, side, colour, _ in sides]
    lowest = min(*report.before.low, *report.after.low)
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, "share of prompts escalated", tickformat=".0%", range=[-0.02, 1.02]),
        yaxis=titled(theme, "share served well enough", tickformat=".0%", range=[max(0.0, lowest - 0.05), 1.02]),
    )
    columns: dict[str, tuple[object, ...]] = {"share escalated": report.shares}
    for said, side, _, _ in sides:
        columns |= {f"served {said}": side.quality, f"{said}, low": side.low, f"{said}, high": side.high}
    return Chart(f"learnt-{name.replace(' ', '-')}", f"{name}: before and after learning", drawn, HOW, columns)


def _band(report: Report, side: Side, colour: str, said: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*report.shares, *report.shares[::-1]],
        "y": [*side.low, *side.high[::-1]],
        "fill": "toself",
        "fillcolor": faded(colour, 0.16),
        "line": {"width": 0, "color": faded(colour, 0.0)},
        "hoverinfo": "skip",
        "showlegend": False,
        "name": f"{said}, band",
    }


def _line(report: Report, side: Side, colour: str, dash: str, said: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{said} learning",
        "x": list(report.shares),
        "y": list(side.quality),
        "customdata": [list(band) for band in zip(side.low, side.high, strict=True)],
        "line": {"color": colour, "dash": dash, "width": 2.4},
        "hovertemplate": (
            f"<b>{said} learning</b><br>escalated %{{x:.0%}}<br>served %{{y:.0%}} "
            "[%{customdata[0]:.0%}, %{customdata[1]:.0%}]<extra></extra>"
        ),
    }


def _mark(side: Side, colour: str, said: str, theme: Theme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"its own setting {said}",
        "x": [side.share_at],
        "y": [side.quality_at],
        "marker": {
            "color": theme.surface,
            "size": 14,
            "symbol": "circle" if said == "after" else "square",
            "line": {"color": colour, "width": 4},
        },
        "hovertemplate": f"<b>setting {said}</b><br>escalated %{{x:.0%}}, served %{{y:.0%}}<extra></extra>",
    }
