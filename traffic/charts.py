"""Charts of a user's own prompts, in the look of the Benchmarks page."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import numpy as np

from benchmarks.plots.chart import Chart, figure, named, titled
from benchmarks.plots.theme import HUES, Theme, faded
from traffic.analysis import Analysis
from traffic.groups import Groups
from traffic.what_if import COST_WEIGHT, WhatIf

MOST_POINTS = 2_000
SHOWN_CHARACTERS = 90
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x")


def what_if_chart(found: WhatIf, now: float | None, chosen: float, per_month: int, theme: Theme) -> Chart:
    """Share of prompts sent to a dearer LLM at every setting, and what that saves a month.

    Args:
        found: From `Analysis.what_if`.
        now: The router's own setting; None where there is none.
        chosen: The setting to mark.
        per_month: Prompts a month.
        theme: The colours.
    """
    colour, _ = theme.router(found.router)
    saved = (found.saving_usd * per_month).tolist()
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": found.router,
        "x": found.values.tolist(),
        "y": found.share.tolist(),
        "customdata": saved,
        "line": {"color": colour, "width": 2.4, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": faded(colour, 0.1),
        "hovertemplate": f"{found.setting or 'setting'} %{{x:.2f}}<br>%{{y:.1%}} to a dearer LLM"
        "<br>$%{customdata:,.2f} saved a month<extra></extra>",
    }
    shapes = [_upright(chosen, theme.accent, "solid", 2.5)]
    if now is not None and abs(now - chosen) > 1e-9:
        shapes.append(_upright(now, theme.muted, "dot", 1.5))
    weight = found.setting == COST_WEIGHT
    drawn = figure(
        [trace],
        theme,
        xaxis=titled(theme, f"{found.setting or 'setting'} of {found.router}", range=[-0.01, 1.01]),
        yaxis=titled(theme, "share sent to a dearer LLM", tickformat=".0%", range=[-0.02, 1.04]),
        shapes=shapes,
        height=360,
        showlegend=False,
    )
    what = (
        "The higher the cost weight, the more a dearer LLM must be worth"
        if weight
        else "A higher threshold sends fewer prompts to the dearer LLM"
    )
    how = f"{what}. Bold: your setting; dotted: the router's own. Where the line is flat, moving it changes nothing."
    columns: dict[str, list[object]] = {
        found.setting or "setting": found.values.tolist(),
        "share to a dearer LLM": found.share.tolist(),
        "saved a month, USD": saved,
    }
    return Chart(named("what-if", found.router), f"What if: {found.router}", drawn, how, columns)


def groups_chart(found: Groups, analysis: Analysis, theme: Theme) -> Chart:
    """Prompts as points, the groups in colours."""
    rng = np.random.default_rng(0)
    shown = np.arange(len(found.places))
    if len(shown) > MOST_POINTS:
        shown = np.sort(rng.choice(shown, MOST_POINTS, replace=False))
    hues = HUES[theme.scheme]
    traces: list[dict[str, Any]] = []
    for at, group in enumerate(found.groups):
        mine = shown[found.member[shown] == at]
        texts = [analysis.prompts[place] for place in found.places[mine].tolist()]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"{_plain(group.name)} ({group.share:.0%})",
                "x": found.points[mine, 0].tolist(),
                "y": found.points[mine, 1].tolist(),
                "text": [_plain(text) for text in texts],
                "marker": {
                    "color": hues[at % len(hues)],
                    "size": 7,
                    "symbol": SYMBOLS[at % len(SYMBOLS)],
                    "opacity": 0.8,
                },
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    bare = {"showticklabels": False, "showgrid": False}
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, "", **bare),
        yaxis=titled(theme, "", **bare),
        height=480,
        legend={"orientation": "h", "x": 0, "y": -0.04, "yanchor": "top", "font": {"size": 12}},
    )
    how = f"Prompts that lie close together are about like things; the axes have no meaning of their own. {_fit(found)}"
    columns: dict[str, list[object]] = {
        "group": [found.groups[at].name for at in found.member[shown].tolist()],
        "x": found.points[shown, 0].tolist(),
        "y": found.points[shown, 1].tolist(),
    }
    return Chart("groups", "Groups of your prompts", drawn, how, columns)


def _fit(found: Groups) -> str:
    if math.isnan(found.silhouette):
        return "All prompts are in one group: they are too much alike to tell groups apart."
    return f"Set apart by {found.silhouette:.2f} (silhouette; 1 is perfect, near 0 the groups run into each other)."


def _plain(text: str) -> str:
    """A text as plotly shows it: cut, in one line, and nothing in it read as markup."""
    line = " ".join(text.split())
    return escape(line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]} …")


def _upright(x: float, colour: str, dash: str, width: float) -> dict[str, Any]:
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}
