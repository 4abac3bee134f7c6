"""The what-if of the Traffic page: slider, plot and figures of a router at any setting."""

from __future__ import annotations

from typing import Any

import gradio as gr

from benchmarks.plots.theme import Theme, theme
from pages._bench_charts import drawn, drawn_again
from pages._bench_page import scheme_of
from pages._traffic_session import TrafficSession
from pages._traffic_view import point_html
from traffic.analysis import Analysis
from traffic.charts import what_if_chart
from traffic.what_if import setting_of

WHAT_IF = 4
"""Values of `what_if`: slider, plot, foot, figures."""


def what_if(scheme: str, session: TrafficSession, analysis: Analysis, router: str) -> list[Any]:
    """A router at the setting to which it was moved last, else at its own; the caller has the session's turn.

    Args:
        scheme: Light or dark.
        session: Remembers the slider.
        analysis: The results.
        router: The one that is looked at.
    """
    setting = setting_of(analysis.routed.scores[router], analysis.policy, analysis.money)
    value = _own_value(analysis, router)
    if setting and session.moved is not None and session.moved[:2] == (router, setting):
        value = session.moved[2]
    chart, figures = _at(theme(scheme_of(scheme)), analysis, router, value)
    label = f"{setting.capitalize() or 'Setting'} of {router}"
    # Where it stands for the same as before it is left alone: by now it may have been moved further.
    stays = session.slider == (router, setting)
    session.slider = router, setting
    slider = gr.skip() if stays else gr.update(value=value, label=label, interactive=bool(setting))
    return [slider, *drawn(chart, "tr-what-if"), figures]


def moved_to(scheme: str, session: TrafficSession, analysis: Analysis, router: str, value: float) -> list[Any]:
    """The same at another setting, which the session remembers: plot and figures.

    Raises:
        BadInputError: There are no results of that router, or it cannot be set so.
    """
    chart, figures = _at(theme(scheme_of(scheme)), analysis, analysis.checked(router), value)
    session.moved = router, analysis.what_if(router).setting, value
    return [drawn_again(chart), figures]


def _at(colours: Theme, analysis: Analysis, router: str, value: float) -> tuple[Any, str]:
    found, now = analysis.what_if(router), _own_value(analysis, router)
    chart = what_if_chart(found, now, value, analysis.assumptions.per_month, colours)
    return chart, point_html(analysis, analysis.at(router, value), found.setting, value)


def _own_value(analysis: Analysis, router: str) -> float:
    """Where the router stands under the policy: its threshold, or the cost weight."""
    own = analysis.savings[router].threshold
    return analysis.policy.cost_weight if own is None else own
