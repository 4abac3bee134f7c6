"""How well a router tells prompts apart that need the strong LLM: ROC, and precision against recall."""

from __future__ import annotations

import math

from benchmarks.dashboard.report import Roc
from benchmarks.plots.chart import Chart, figure, named
from benchmarks.plots.theme import Theme, faded
from benchmarks.plots.unit_square import guide, unit_axes


def roc_chart(router: str, benchmark: str, found: Roc, theme: Theme) -> Chart:
    """The ROC curve beside the diagonal of chance."""
    colour, _ = theme.router(router)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": router,
            "x": found.false_positive.tolist(),
            "y": found.recall.tolist(),
            "line": {"color": colour, "width": 2.4},
            "fill": "tozeroy",
            "fillcolor": faded(colour, 0.1),
            "customdata": found.threshold.tolist(),
            "hovertemplate": "escalated of those that need it %{y:.0%}<br>of the others %{x:.0%}"
            "<br>threshold %{customdata:.4f}<extra></extra>",
        },
        guide(theme, "chance"),
    ]
    drawn = figure(traces, theme, **unit_axes(theme, "escalated without need", "escalated of those in need"))
    auc = found.auc
    how = (
        f"The further the line bends to the upper left, the better; on the dotted line a router guesses. The area "
        f"under it is {auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]; .5 is guessing. In need: {found.said}."
    )
    columns = {
        "threshold": found.threshold.tolist(),
        "false positive rate": found.false_positive.tolist(),
        "recall": found.recall.tolist(),
    }
    return Chart(named("roc", router, benchmark), f"ROC of {router} on {benchmark}", drawn, how, columns)


def precision_chart(router: str, benchmark: str, found: Roc, theme: Theme) -> Chart:
    """Precision against recall beside the share of prompts in need."""
    colour, _ = theme.router(router)
    precision = [None if math.isnan(value) else value for value in found.precision.tolist()]
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": router,
            "x": found.recall.tolist(),
            "y": precision,
            "line": {"color": colour, "width": 2.4},
            "customdata": found.threshold.tolist(),
            "hovertemplate": "recall %{x:.0%}<br>precision %{y:.0%}<br>threshold %{customdata:.4f}<extra></extra>",
        },
        guide(theme, "chance", found.prevalence, found.prevalence),
    ]
    drawn = figure(
        traces, theme, **unit_axes(theme, "recall: found of those in need", "precision: in need of those escalated")
    )
    how = (
        f"Further right more of the prompts in need are found, further up fewer are escalated for nothing. The dotted "
        f"line ({found.prevalence:.0%}) is what guessing gives. Mean precision {found.average_precision:.3f}."
    )
    columns = {"threshold": found.threshold.tolist(), "recall": found.recall.tolist(), "precision": precision}
    return Chart(named("precision", router, benchmark), f"Precision of {router} on {benchmark}", drawn, how, columns)
