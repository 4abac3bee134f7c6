"""What the labelled sets look like: lengths by class, and the words that tell the classes apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from benchmarks.dashboard.explorer import LabelledSet, Word
from benchmarks.plots.chart import Chart, figure, titled
from benchmarks.plots.theme import Theme

ROW_PX = 22


def class_colours(found: LabelledSet, theme: Theme) -> list[str]:
    """Teal, amber, violet by route; with two classes the first and the last."""
    return [theme.routes[0], theme.routes[2]] if len(found.classes) == 2 else list(theme.routes)


def length_chart(found: LabelledSet, theme: Theme) -> Chart:
    """Lengths in characters, as shares of each class."""
    edges = found.length_edges
    bins = [f"{low:,}–{high - 1:,}" for low, high in pairwise(edges)]
    bins[-1] = f"from {edges[-2]:,}"
    shares = [[count / max(sum(of.histogram), 1) for count in of.histogram] for of in found.lengths]
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": bins,
            "y": values,
            "customdata": list(of.histogram),
            "marker": {"color": colour},
            "hovertemplate": f"<b>{name}</b><br>%{{x}} characters<br>%{{y:.1%}}, "
            "%{customdata:,} prompts<extra></extra>",
        }
        for name, values, of, colour in zip(
            found.classes, shares, found.lengths, class_colours(found, theme), strict=False
        )
    ]
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, "length of the prompt, characters", type="category"),
        yaxis=titled(theme, "share of the class", tickformat=".0%"),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 62, "r": 18, "t": 36, "b": 70},
    )
    how = "Where one colour is higher, prompts of that length are more common in that class. Bins widen to the right."
    columns: dict[str, list[object]] = {"characters": list(bins)}
    columns |= {name: list(of.histogram) for name, of in zip(found.classes, found.lengths, strict=False)}
    return Chart(f"lengths-{found.name}", f"Lengths in {found.title}", drawn, how, columns)


def word_chart(found: LabelledSet, words: Sequence[Word], what: str, theme: Theme, most: int = 24) -> Chart:
    """The most frequent words or pairs of words, split by class."""
    top = sorted(words, key=_minus_prompts)[:most][::-1]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [word.text for word in top],
            "x": [word.prompts[at] for word in top],
            "customdata": [word.z for word in top],
            "marker": {"color": colour},
            "hovertemplate": f"<b>%{{y}}</b><br>%{{x:,}} prompts of {name}"
            "<br>leaning %{customdata:+.1f} standard errors<extra></extra>",
        }
        for at, (name, colour) in enumerate(zip(found.classes, class_colours(found, theme), strict=False))
    ]
    drawn = figure(
        traces,
        theme,
        xaxis=titled(theme, f"prompts in which the {what} stands"),
        yaxis={"type": "category"},
        barmode="stack",
        height=130 + ROW_PX * len(top),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 130, "r": 18, "t": 36, "b": 52},
    )
    how = f"The longer the bar, the more prompts the {what} stands in; the colours say in which class."
    every = sorted(words, key=_minus_prompts)
    columns: dict[str, list[object]] = {what: [word.text for word in every]}
    columns |= {name: [word.prompts[at] for word in every] for at, name in enumerate(found.classes)}
    columns |= {"z": [word.z for word in every]}
    name = what.replace(" ", "-")
    return Chart(f"{name}-{found.name}", f"Most frequent {what}s in {found.title}", drawn, how, columns)


def _minus_prompts(word: Word) -> int:
    return -sum(word.prompts)
