"""How often a router changes its mind when a prompt is merely written differently."""

from __future__ import annotations

from benchmarks.dashboard.robustness import EVERY, Flips, Robustness
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import HUES, Theme

SYMBOLS = ("triangle-down", "triangle-up", "diamond", "square", "cross")
ROW_PX = 26


def robustness_chart(found: Robustness, theme: Theme) -> Chart:
    """A line per router, the steadiest at the top: the mean over all kinds with its interval, and each kind.

    Args:
        found: From `benchmarks.dashboard.robustness.read_robustness`.
        theme: The colours.
    """
    routers = steadiest_first(found)
    labels = routers[::-1]
    kinds = [kind for kind in next(iter(found.routers.values()), {}) if kind != EVERY]
    hues = HUES[theme.scheme]
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": kind,
            "x": [found.routers[router][kind].flipped for router in labels],
            "y": labels,
            "marker": {"color": hues[number % len(hues)], "symbol": SYMBOLS[number % len(SYMBOLS)], "size": 7},
            "opacity": 0.75,
            "hovertemplate": f"<b>%{{y}}</b><br>{kind}: %{{x:.1%}} change<extra></extra>",
        }
        for number, kind in enumerate(kinds)
    ]
    means = [found.routers[router][EVERY] for router in labels]
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "mean of all kinds",
            "x": [mean.flipped for mean in means],
            "y": labels,
            "error_x": {
                "type": "data",
                "array": [mean.high - mean.flipped for mean in means],
                "arrayminus": [mean.flipped - mean.low for mean in means],
                "color": theme.text,
                "thickness": 1.6,
                "width": 3,
            },
            "marker": {"color": theme.text, "size": 10},
            "hovertemplate": "<b>%{y}</b><br>mean of all kinds: %{x:.1%} change<extra></extra>",
        }
    )
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, "prompts whose route changes", tickformat=".0%", rangemode="tozero"),
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": labels, "title": {"text": ""}},
        height=150 + ROW_PX * len(labels),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        margin={"l": 170, "r": 18, "t": 40, "b": 52},
    )
    prompts = sum(found.prompts.values())
    how = (
        f"The steadiest router is at the top. {prompts:,} prompts were written anew in five ways that change "
        "nothing of what is asked; the further right, the more often the route then changed. A router that "
        "looks at nothing is steady, too, so hold this against its quality. Line: 95 % interval of the mean."
    )
    return Chart("robustness", "Routes that change under noise", drawn, how, columns(found))


def steadiest_first(found: Robustness) -> list[str]:
    """The routers by the mean share of changed routes."""

    def flipped(router: str) -> tuple[float, str]:
        return found.routers[router][EVERY].flipped, router

    return sorted(found.routers, key=flipped)


def columns(found: Robustness) -> dict[str, list[object]]:
    """A row per router and kind of noise."""
    rows: list[tuple[str, str, Flips]] = [
        (router, kind, flips) for router in steadiest_first(found) for kind, flips in found.routers[router].items()
    ]
    return {
        "router": [router for router, _, _ in rows],
        "noise": [kind for _, kind, _ in rows],
        "changed": [flips.flipped for _, _, flips in rows],
        "low": [flips.low for _, _, flips in rows],
        "high": [flips.high for _, _, flips in rows],
        "mean change of P(strong)": [flips.moved for _, _, flips in rows],
    }
