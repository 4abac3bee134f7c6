"""A figure with the sentence that says how to read it and the numbers that it shows, and the look of all of them."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.plots.theme import Theme, faded

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
HEIGHT_PX = 420

CONFIG: dict[str, object] = {
    "displaylogo": False,
    "responsive": True,
    "showSendToCloud": False,
    "modeBarButtonsToRemove": ["toImage", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
}
"""plotly's own buttons: only zoom, pan and reset; pictures are saved by the buttons under the figure."""

Columns = Mapping[str, Sequence[object]]


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart.

    Attributes:
        name: As in file names, such as `curves-mmlu`.
        title: What it shows.
        figure: To draw it.
        how_to_read: One or two sentences.
        columns: The numbers that it shows, by column.
    """

    name: str
    title: str
    figure: Figure
    how_to_read: str
    columns: Columns

    def csv(self) -> str:
        """The numbers as CSV; a text that a spreadsheet would take for a formula is quoted with `'`."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([harmless(name) for name in self.columns])
        writer.writerows([harmless(cell) for cell in row] for row in zip(*self.columns.values(), strict=True))
        return text.getvalue()

    def json(self) -> str:
        """The figure for plotly.js, with the buttons that the page wants."""
        import json

        drawn: dict[str, Any] = json.loads(self.figure.to_json() or "{}", parse_float=_six_digits)
        return json.dumps({**drawn, "config": CONFIG}, separators=(",", ":"))


def figure(traces: Sequence[Mapping[str, Any]], theme: Theme, **layout: Any) -> Figure:  # noqa: ANN401  plotly's own
    """A figure in the common look.

    Args:
        traces: As plotly's JSON has them.
        theme: The colours.
        layout: What differs from the common look; `xaxis` and `yaxis` are merged with it.
    """
    from plotly.graph_objects import Figure

    axes = {name: {**_axis(theme), **layout.pop(name, {})} for name in ("xaxis", "yaxis")}
    common = {
        "template": "none",
        "paper_bgcolor": theme.surface,
        "plot_bgcolor": theme.surface,
        "font": {"family": FONT, "size": 13, "color": theme.text},
        "height": HEIGHT_PX,
        "margin": {"l": 62, "r": 18, "t": 14, "b": 52},
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.line, "font": {"color": theme.text, "size": 12}},
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "font": {"size": 12}},
        "dragmode": "zoom",
        "bargap": 0.12,
    }
    return Figure(data=list(traces), layout={**common, **axes, **layout})


def _axis(theme: Theme) -> dict[str, Any]:
    return {
        "gridcolor": faded(theme.line, 0.8),
        "linecolor": theme.line,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "tickfont": {"color": theme.muted, "size": 12},
        "title": {"font": {"color": theme.muted, "size": 13}, "standoff": 10},
    }


def named(*parts: str) -> str:
    """A chart's name of its parts, in letters that any file name may have: `roc-knn-ray-questions`."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")


def titled(theme: Theme, text: str, **more: object) -> dict[str, Any]:
    """An axis with its title."""
    return {"title": {"text": text, "font": {"color": theme.muted, "size": 13}, "standoff": 10}, **more}


def shortened(cell: object) -> object:
    """A number with the six digits that `Chart.json` keeps, anything else as it is; what is not finite is None."""
    if not isinstance(cell, float):
        return cell
    return float(f"{cell:.6g}") if math.isfinite(cell) else None


def _six_digits(number: str) -> float:
    """More digits than a screen can show, and half the bytes."""
    return float(f"{float(number):.6g}")


def harmless(cell: object) -> object:
    """A cell of CSV that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
