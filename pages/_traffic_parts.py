"""What stands below the answer on the Traffic page: the table of prompts, the groups, and the curves of quality."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import gradio as gr

from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.ranking import ORACLE, ranking_names
from benchmarks.dashboard.source import first_names
from benchmarks.plots.quality_curves import curve_chart
from benchmarks.plots.theme import theme
from errors import PlaygroundError
from pages._bench_charts import drawn, nothing
from pages._bench_page import scheme_of
from pages._traffic_session import TrafficSession
from pages._traffic_view import ROWS_A_PAGE, rows_html
from router_models import RouterPanel
from traffic.analysis import Analysis
from traffic.charts import groups_chart
from traffic.groups import groups_of
from traffic.quality import quality_numbers
from traffic.tables import groups_table

TABLE = 3
"""Values of `prompts_table`: rows, both buttons."""

GROUPS = 3
"""Values of `groups`: plot, foot, table."""

QUALITY = 2
"""Values of `quality`: plot, foot."""


def prompts_table(session: TrafficSession, analysis: Analysis, different: bool, search: str, order: str) -> list[Any]:
    """The page of prompts at which the session is, or the last one there is.

    Args:
        session: Remembers the page.
        analysis: The results.
        different: Whether only prompts are listed on which routers differ.
        search: What the listed prompts hold.
        order: In which they are listed.
    """
    places = analysis.disagreement.places(
        analysis.prompts, only_different=bool(different), search=str(search or ""), order=str(order or "")
    ).tolist()
    last = max(0, math.ceil(len(places) / ROWS_A_PAGE) - 1)
    session.page = page = min(max(session.page, 0), last)
    html = rows_html(analysis, places[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE], len(places), page)
    return [html, gr.update(interactive=page > 0), gr.update(interactive=page < last)]


def groups(scheme: str, session: TrafficSession, analysis: Analysis, k: int) -> list[Any]:
    """Groups of like prompts, which the session remembers; `k` is how many, 0 chooses."""
    routed = analysis.routed
    if not len(routed.embedded):
        return [*nothing("Tick “Find groups of like prompts” above and run again to see them here."), ""]
    try:
        found = session.groups or groups_of(analysis.prompts, routed.embedded, routed.embeddings, k)
    except PlaygroundError as error:
        return [*nothing(str(error)), ""]
    if session.analysis is analysis:  # not forgotten meanwhile
        session.groups = found
    chart = groups_chart(found, analysis, theme(scheme_of(scheme)))
    return [*drawn(chart, "tr-groups"), groups_table(found, analysis).html()]


def quality(panel: RouterPanel, scheme: str, analysis: Analysis, router: str) -> list[Any]:
    """Cost and quality of routers on prompts that say how good answers were; else why there is nothing."""
    try:
        found = quality_numbers(panel, analysis.traffic, analysis.routed, analysis.policy, analysis.money)
    except PlaygroundError as error:
        return list(nothing(str(error)))
    numbers, basis = found.numbers, found.basis
    every = ranking_names(numbers)
    names = list(dict.fromkeys([*([router] if router in every else []), *first_names(numbers)]))
    chart = curve_chart(
        numbers.entry.name,
        quality_curves(numbers, names, basis),
        [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)],
        single_llms(numbers, basis),
        theme(scheme_of(scheme)),
        x="usd" if basis else "share",
        banded=[router],
        pair=(numbers.pair.weak, numbers.pair.strong),
    )
    return list(drawn(replace(chart, how_to_read=f"{found.warning} {chart.how_to_read}".strip()), "tr-quality"))
