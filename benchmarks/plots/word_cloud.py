"""Words as a cloud, laid out here: no picture is fetched and no text is kept, only counts of words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.dashboard.explorer import LabelledSet, Word
from benchmarks.plots.chart import Chart, figure
from benchmarks.plots.labelled_charts import class_colours
from benchmarks.plots.theme import Theme

MOST = 60
LARGEST_PX, SMALLEST_PX = 44.0, 12.0
WIDTH_PX, HEIGHT_PX = 900.0, 400.0
LETTER = 0.6
"""Mean width of a letter as a share of the font size, rather too wide than too narrow."""

LEANING = 2.0
"""From so many standard errors on a word is coloured by the class that it rather stands in."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A word and its box, in pixels from the middle."""

    word: Word
    x: float
    y: float
    size_px: float

    @property
    def half(self) -> tuple[float, float]:
        """Half of its width and height."""
        return self.size_px * LETTER * len(self.word.text) / 2, self.size_px * 0.6


def lay_out(words: Sequence[Word]) -> list[Placed]:
    """Places the most frequent words from the middle outwards on a spiral; one that fits nowhere is left out.

    Source:
        Viégas, Wattenberg and Feinberg, Participatory visualization with Wordle, 2009, section 3.
    """
    top = sorted(words, key=_minus_prompts)[:MOST]
    if not top:
        return []
    most = sum(top[0].prompts)
    placed: list[Placed] = []
    for word in top:
        size = SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * math.sqrt(sum(word.prompts) / most)
        for step in range(1500):
            angle = 0.25 * step
            there = Placed(word, 1.9 * angle * math.cos(angle), 0.8 * angle * math.sin(angle), size)
            if _inside(there) and not any(_overlap(there, other) for other in placed):
                placed.append(there)
                break
    return placed


def cloud_chart(found: LabelledSet, theme: Theme) -> Chart:
    """The words of a labelled set; the colour is the class in which a word stands rather than chance would have it."""
    placed = lay_out(found.words)
    colours = class_colours(found, theme)
    trace = {
        "type": "scatter",
        "mode": "text",
        "x": [one.x for one in placed],
        "y": [one.y for one in placed],
        "text": [one.word.text for one in placed],
        "textfont": {
            "size": [one.size_px for one in placed],
            "color": [_colour(one.word, colours, theme) for one in placed],
        },
        "customdata": [[sum(one.word.prompts), one.word.z] for one in placed],
        "hovertemplate": "<b>%{text}</b><br>in %{customdata[0]:,} prompts"
        "<br>leaning %{customdata[1]:+.1f} standard errors<extra></extra>",
    }
    hidden = {"visible": False, "fixedrange": True}
    drawn = figure(
        [trace],
        theme,
        xaxis={**hidden, "range": [-WIDTH_PX / 2, WIDTH_PX / 2]},
        yaxis={**hidden, "range": [-HEIGHT_PX / 2, HEIGHT_PX / 2]},
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        showlegend=False,
    )
    first, last = found.classes[0], found.classes[-1]
    how = (
        f"The larger a word, the more prompts it stands in. Teal words stand rather in “{first}”, violet ones in "
        f"“{last}”, grey ones in neither beyond chance."
    )
    columns: dict[str, list[object]] = {
        "word": [one.word.text for one in placed],
        "prompts": [sum(one.word.prompts) for one in placed],
        "z": [one.word.z for one in placed],
    }
    return Chart(f"cloud-{found.name}", f"Words of {found.title}", drawn, how, columns)


def _colour(word: Word, colours: Sequence[str], theme: Theme) -> str:
    if abs(word.z) < LEANING:
        return theme.muted
    return colours[-1] if word.z > 0 else colours[0]


def _inside(one: Placed) -> bool:
    width, height = one.half
    return abs(one.x) + width <= WIDTH_PX / 2 and abs(one.y) + height <= HEIGHT_PX / 2


def _overlap(one: Placed, other: Placed) -> bool:
    (width, height), (wide, high) = one.half, other.half
    return abs(one.x - other.x) < width + wide and abs(one.y - other.y) < height + high


def _minus_prompts(word: Word) -> int:
    return -sum(word.prompts)
