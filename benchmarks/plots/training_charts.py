"""How the Keras family learnt: loss and accuracy by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.dashboard.learning import LearningCurve
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import HUES, Theme


def training_chart(router: str, curves: Sequence[LearningCurve], theme: Theme) -> Chart:
    """Loss on the validation part by epoch, every network a line, its training loss dotted."""
    kinds = list(dict.fromkeys(curve.configuration for curve in curves))
    hues = HUES[theme.scheme]
    traces: list[dict[str, Any]] = []
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for curve in curves:
        colour, first = hues[kinds.index(curve.configuration)], curve.seed == _first_seed(curves, curve)
        for part, values, dash, width in (
            ("validation", curve.validation_loss, "solid", 2.0),
            ("train", curve.train_loss, "dot", 1.0),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": f"{curve.configuration}, {part}",
                    "legendgroup": f"{curve.configuration}, {part}",
                    "showlegend": first,
                    "x": list(range(1, len(values) + 1)),
                    "y": list(values),
                    "line": {"color": colour, "dash": dash, "width": width},
                    "opacity": 0.85,
                    "hovertemplate": f"{curve.configuration}, seed {curve.seed}, {part}"
                    "<br>epoch %{x}: %{y:.4f}<extra></extra>",
                }
            )
        for epoch, row in enumerate(_epochs(curve), start=1):
            for name, value in zip(COLUMNS, (curve.configuration, curve.seed, epoch, *row), strict=True):
                columns[name].append(value)
    drawn = figure(traces, theme, xaxis=titled(theme, "epoch"), yaxis=titled(theme, "loss"), height=460)
    how = (
        "Lower is better. Where the solid line (prompts held back) rises while the dotted one (training prompts) still "
        "falls, the network learns its training prompts by heart. One line per random seed."
    )
    return Chart(f"training-{router}", f"How {router} learnt", drawn, how, columns)


COLUMNS = ("configuration", "seed", "epoch", "train loss", "validation loss", "train accuracy", "validation accuracy")


def _epochs(curve: LearningCurve) -> list[tuple[float, float, float, float]]:
    return list(
        zip(curve.train_loss, curve.validation_loss, curve.train_accuracy, curve.validation_accuracy, strict=False)
    )


def _first_seed(curves: Sequence[LearningCurve], of: LearningCurve) -> int:
    return min(curve.seed for curve in curves if curve.configuration == of.configuration)
