"""What prompts needed against what a router picked."""

from __future__ import annotations

from benchmarks.dashboard.report import Confusion
from benchmarks.plots.chart import Chart, figure, named, titled
from benchmarks.plots.theme import Theme


def confusion_chart(router: str, benchmark: str, found: Confusion, theme: Theme) -> Chart:
    """The confusion matrix, each row as shares of what was needed."""
    totals = found.table.sum(axis=1, keepdims=True)
    shares = (found.table / totals.clip(min=1)).tolist()
    text = [
        [f"{count:,}<br>{share:.0%}" for count, share in zip(counts, row, strict=True)]
        for counts, row in zip(found.table.tolist(), shares, strict=True)
    ]
    trace = {
        "type": "heatmap",
        "z": shares,
        "x": list(found.names),
        "y": list(found.names),
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"size": 14},
        "colorscale": [[0, theme.sunken], [1, theme.accent]],
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hovertemplate": "needed %{y}, picked %{x}<br>%{z:.1%} of those that needed it<extra></extra>",
    }
    drawn = figure(
        [trace],
        theme,
        xaxis=titled(theme, "the router picked", side="bottom", showgrid=False, type="category"),
        yaxis=titled(theme, "the prompt needed", autorange="reversed", showgrid=False, type="category"),
    )
    cut = "" if found.threshold is None else f" at threshold {found.threshold:.4f}"
    how = (
        f"Right decisions lie on the diagonal from upper left to lower right. Right{cut}: {found.accuracy:.1%}; always "
        f"picking the most frequent would give {found.majority:.1%}. Balanced accuracy {found.balanced_accuracy:.1%} "
        f"(guessing: {1 / len(found.names):.0%})."
    )
    columns: dict[str, list[object]] = {"needed": list(found.names)}
    columns |= {f"picked {name}": found.table[:, at].tolist() for at, name in enumerate(found.names)}
    columns |= {"recall": found.recall.tolist(), "precision": found.precision.tolist(), "F1": found.f1.tolist()}
    return Chart(named("confusion", router, benchmark), f"Decisions of {router} on {benchmark}", drawn, how, columns)
