"""A still picture of a figure, for the time until plotly.js has drawn it.

It is made of the very figure that plotly.js gets: its traces, colours, titles and ranges. What plotly.js works out in
the browser, the places of the ticks, is worked out here by the same rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

WIDE_PX, NARROW_PX, TALL_PX = 673, 286, 398
"""The area inside the axes: its width on a desk and on a phone, and its height."""

DASHES = {"solid": "", "dot": "{0},{0}", "dash": "{1},{1}", "longdash": "{2},{2}", "dashdot": "{1},{0},{0},{0}"}
"""plotly's dashes: dots as long as the line is wide, three times that, five times that; thin lines count as 3 px."""

ROUNDING = 1e-9
STEPS = (2, 5, 10)

Figure = Mapping[str, Any]
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or an area where it has a fill; points in per cent of the area, from its upper left corner.

    Attributes:
        name: Of the trace.
        points: As (x, y).
        colour: Of the line, as CSS.
        width_px: Of the line; 0 for none.
        dashes: As SVG's `stroke-dasharray`; empty for a solid line.
        fill: Of the area, as CSS, or `none`.
        listed: Whether the legend has it.
    """

    name: str
    points: Points
    colour: str
    width_px: float
    dashes: str = ""
    fill: str = "none"
    listed: bool = True

    @property
    def path(self) -> str:
        """As SVG's `d`."""
        return "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Marks:
    """Points of one look; those outside the axes are left out, as plotly leaves them out.

    Attributes:
        name: Of the trace.
        points: As (x, y) in per cent of the area.
        symbol: `circle`, `square` or `diamond`, else `across` or `upright`: the end of an error bar.
        size_px: Its diameter.
        colour: Inside, as CSS.
        edge: Colour of its edge.
        edge_px: Width of its edge; 0 for none.
        listed: Whether the legend has it.
    """

    name: str
    points: Points
    symbol: str
    size_px: float
    colour: str
    edge: str
    edge_px: float
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line with its label.

    Attributes:
        at: In per cent of the area, from the left or from below.
        label: As plotly writes it.
        on: Screens that have it: `wide`, `narrow` or `both`.
    """

    at: float
    label: str
    on: Literal["wide", "narrow", "both"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        title: What it counts.
        low: Value at its beginning.
        high: Value at its end.
        ticks: Its grid.
        muted: Colour of title and labels, as CSS.
        grid: Colour of the grid, as CSS.
    """

    title: str
    low: float
    high: float
    ticks: tuple[Tick, ...]
    muted: str
    grid: str

    def at(self, value: float) -> float:
        """Where a value lies, in per cent from the beginning."""
        return 100.0 * (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Poster:
    """A still picture.

    Attributes:
        height_px: Of figure and legend.
        text: Colour of the legend, as CSS.
        surface: Colour behind, as CSS.
        x: The axis below.
        y: The axis at the left.
        parts: Lines, areas and points, in the order in which they are drawn.
    """

    height_px: int
    text: str
    surface: str
    x: Axis
    y: Axis
    parts: tuple[Line | Marks, ...]

    @property
    def legend(self) -> tuple[Line | Marks, ...]:
        """What the legend lists."""
        return tuple(part for part in self.parts if part.listed)

    @property
    def label(self) -> str:
        """What it shows, in words."""
        return f"{self.y.title} against {self.x.title}: {', '.join(part.name for part in self.legend)}"


def poster(light: Figure, dark: Figure) -> Poster:
    """The still picture of a figure of lines and points on two linear axes, for light and dark.

    Args:
        light: The figure, as plotly's JSON.
        dark: The same in the dark; only its colours are read.
    """
    layouts = light["layout"], dark["layout"]
    x = _axis(layouts[0]["xaxis"], layouts[1]["xaxis"], (WIDE_PX / 80, NARROW_PX / 80))
    y = _axis(layouts[0]["yaxis"], layouts[1]["yaxis"], (TALL_PX / 40, TALL_PX / 40))
    parts: list[Line | Marks] = []
    for one, other in zip(light["data"], dark["data"], strict=True):
        parts += _line(one, other, x, y) if one["mode"] == "lines" else _marks(one, other, x, y)
    text = _colour(layouts[0]["font"], layouts[1]["font"])
    return Poster(layouts[0]["height"], text, _colour(*layouts, "paper_bgcolor"), x, y, tuple(parts))


def _colour(light: Mapping[str, Any], dark: Mapping[str, Any], name: str = "color") -> str:
    return f"light-dark({light[name]}, {dark[name]})"


def _axis(light: Mapping[str, Any], dark: Mapping[str, Any], room: tuple[float, float]) -> Axis:
    low, high = light["range"]
    wide, narrow = (_steps(low, high, most) for most in room)
    written, before = light.get("tickformat"), light.get("tickprefix", "")
    ticks = tuple(
        Tick(
            100.0 * (value - low) / (high - low),
            f"{value:{written}}" if written else f"{before}{value:g}",
            "both" if value in wide and value in narrow else "wide" if value in wide else "narrow",
        )
        for value in sorted({*wide, *narrow})
    )
    muted = _colour(light["tickfont"], dark["tickfont"])
    return Axis(light["title"]["text"], low, high, ticks, muted, _colour(light, dark, "gridcolor"))


def _steps(low: float, high: float, most: float) -> list[float]:
    """Where plotly puts ticks: every 1, 2 or 5 times a power of ten, with room for 5 to 10 of them."""
    rough = (high - low) / (min(max(most, 4.0), 9.0) + 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(times for times in STEPS if rough / power <= times)
    first, last = math.ceil(low / step - ROUNDING), math.floor(high / step + ROUNDING)
    return [round(number * step, 9) for number in range(first, last + 1)]


def _points(xs: Sequence[float], ys: Sequence[float], x: Axis, y: Axis) -> Points:
    return tuple((x.at(one), 100.0 - y.at(other)) for one, other in zip(xs, ys, strict=True))


def _line(light: Figure, dark: Figure, x: Axis, y: Axis) -> list[Line | Marks]:
    width = light["line"]["width"]
    dashes = DASHES[light["line"].get("dash", "solid")].format(*(max(3.0, width) * times for times in (1, 3, 5)))
    fill = _colour(light, dark, "fillcolor") if light.get("fill") else "none"
    colour, listed = _colour(light["line"], dark["line"]), light.get("showlegend", True)
    return [Line(light["name"], _points(light["x"], light["y"], x, y), colour, width, dashes, fill, listed)]


def _marks(light: Figure, dark: Figure, x: Axis, y: Axis) -> list[Line | Marks]:
    look, shade = light["marker"], dark["marker"]
    edge_px = look.get("line", {}).get("width", 0)
    edge = _colour(look["line"], shade["line"]) if edge_px else "none"
    inside = _inside(_points(light["x"], light["y"], x, y))
    symbol, colour = look.get("symbol", "circle"), _colour(look, shade)
    listed = light.get("showlegend", True)
    return [
        *_bars(light, dark, x, y),
        Marks(light["name"], inside, symbol, look["size"], colour, edge, edge_px, listed),
    ]


def _bars(light: Figure, dark: Figure, x: Axis, y: Axis) -> list[Line | Marks]:
    """Error bars: a line for each, and what stands at its ends."""
    bars: list[Line | Marks] = []
    said = f"{light['name']}, interval"
    for name, end in (("error_x", "upright"), ("error_y", "across")):
        if name not in light:
            continue
        colour = _colour(light[name], dark[name])
        for left, up, less, more in zip(
            light["x"], light["y"], light[name]["arrayminus"], light[name]["array"], strict=True
        ):
            reach = (-less, more)
            along = [left + by for by in reach] if name == "error_x" else [left, left]
            across = [up + by for by in reach] if name == "error_y" else [up, up]
            ends = _points(along, across, x, y)
            bars.append(Line(said, ends, colour, 2, listed=False))
            bars.append(Marks(said, _inside(ends), end, 8, "none", colour, 2, listed=False))
    return bars


def _inside(points: Points) -> Points:
    return tuple(point for point in points if all(0 <= at <= 100 for at in point))
