"""Where a router helps: its gain over sorting by length and over chance, by domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.domains import Domain
from benchmarks.plots.chart import Chart, figure, named, titled
from benchmarks.plots.theme import Theme

MOST = 20
ROW_PX = 26


def domain_chart(router: str, benchmark: str, domains: Sequence[Domain], share: float, theme: Theme) -> Chart:
    """The largest domains, the one in which the weak LLM is worst at the top.

    Args:
        router: The ranking.
        benchmark: Title of the benchmark.
        domains: Hardest first.
        share: Share of strong calls within each domain.
        theme: The colours.
    """
    large = {domain.name for domain in sorted(domains, key=_minus_rows)[:MOST]}
    shown = [domain for domain in domains if domain.name in large][::-1]
    labels = [f"{domain.name} ({domain.n_rows:,})" for domain in shown]
    gains: list[tuple[str, str, list[Estimate | None], str]] = [
        ("over random", theme.muted, [domain.over_random for domain in shown], "circle-open"),
        ("over sorting by length", theme.router(router)[0], [domain.over_length for domain in shown], "circle"),
    ]
    traces = [_gains(name, colour, labels, values, symbol) for name, colour, values, symbol in gains]
    zero = {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": theme.muted, "width": 1},
    }
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, f"quality gained where {share:.0%} go to the strong LLM"),
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": labels},
        shapes=[zero],
        height=150 + ROW_PX * len(shown),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 190, "r": 18, "t": 40, "b": 52},
    )
    how = (
        "The hardest domain (for the weak LLM) is at the top, its prompts in brackets. Right of the line the router "
        "helps; where a bar crosses the line, chance may explain it. Of many domains a few stand out by chance alone."
    )
    columns: dict[str, list[object]] = {
        "domain": [domain.name for domain in domains],
        "prompts": [domain.n_rows for domain in domains],
        "weak LLM": [domain.weak for domain in domains],
        "strong LLM": [domain.strong for domain in domains],
        "over random": [domain.over_random.value for domain in domains],
        "over length": [domain.over_length.value if domain.over_length else None for domain in domains],
        "low": [domain.over_length.low if domain.over_length else None for domain in domains],
        "high": [domain.over_length.high if domain.over_length else None for domain in domains],
    }
    return Chart(named("domains", router, benchmark), f"{router} by domain on {benchmark}", drawn, how, columns)


def _gains(
    name: str, colour: str, labels: Sequence[str], values: Sequence[Estimate | None], symbol: str
) -> dict[str, Any]:
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [value.value for _, value in known],
        "y": [label for label, _ in known],
        "error_x": {
            "type": "data",
            "array": [value.high - value.value for _, value in known],
            "arrayminus": [value.value - value.low for _, value in known],
            "color": colour,
            "thickness": 1.5,
            "width": 3,
        },
        "marker": {"color": colour, "size": 9, "symbol": symbol, "line": {"width": 2, "color": colour}},
        "hovertemplate": f"<b>%{{y}}</b><br>{name} %{{x:+.3f}}<extra></extra>",
    }


def _minus_rows(domain: Domain) -> int:
    return -domain.n_rows
