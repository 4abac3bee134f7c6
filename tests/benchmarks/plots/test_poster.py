"""The still picture shows what its figure has: every point, every trace, in the figure's colours."""

import json
from typing import Any

import pytest

from benchmarks.dashboard.numbers import Numbers
from benchmarks.plots.chart import figure
from benchmarks.plots.poster import Line, Marks, Poster, _steps, poster
from benchmarks.plots.quality_curves import XAxis
from benchmarks.plots.theme import theme
from tests.benchmarks.plots.test_quality_curves import drawn

LIGHT, DARK = theme("light"), theme("dark")


def both(numbers: Numbers, x: XAxis) -> tuple[dict[str, Any], dict[str, Any]]:
    return json.loads(drawn(numbers, x, LIGHT).json()), json.loads(drawn(numbers, x, DARK).json())


def values(still: Poster, part: Line | Marks) -> list[tuple[float, float]]:
    """Places read back as values of the axes."""
    x, y = still.x, still.y
    return [
        (x.low + across / 100 * (x.high - x.low), y.high - down / 100 * (y.high - y.low))
        for across, down in part.points
    ]


def axes(x: tuple[float, float], y: tuple[float, float] = (0.0, 1.0), **more: Any) -> Poster:
    """A still picture of one line between these ends."""
    line = {"type": "scatter", "mode": "lines", "name": "one", "x": x, "y": y, "line": {"color": "#000000", "width": 1}}
    made = [
        json.loads(
            figure(
                [line],
                colours,
                xaxis={"range": x, "title": {"text": "across"}, **more},
                yaxis={"range": y, "title": {"text": "up"}},
            ).to_json()
        )
        for colours in (LIGHT, DARK)
    ]
    return poster(*made)


@pytest.mark.parametrize("x", ["share", "usd"])
def test_every_trace_is_there_with_its_own_numbers(numbers: Numbers, x: XAxis) -> None:
    light, dark = both(numbers, x)
    still = poster(light, dark)
    own = [part for part in still.parts if not part.name.endswith(", interval")]
    assert [part.name for part in own] == [trace["name"] for trace in light["data"]]
    (left, right), (low, high) = light["layout"]["xaxis"]["range"], light["layout"]["yaxis"]["range"]
    for part, trace in zip(own, light["data"], strict=True):
        wanted = list(zip(trace["x"], trace["y"], strict=True))
        if isinstance(part, Marks):
            wanted = [(one, other) for one, other in wanted if left <= one <= right and low <= other <= high]
        assert values(still, part) == [pytest.approx(pair) for pair in wanted], part.name


def test_the_error_bars_reach_as_far_as_the_figure_s(numbers: Numbers) -> None:
    light, dark = both(numbers, "share")
    still = poster(light, dark)
    point = next(trace for trace in light["data"] if trace["name"] == "your setting")
    bars = [part for part in still.parts if isinstance(part, Line) and part.name == "your setting, interval"]
    (x,), (y,) = point["x"], point["y"]
    (left,), (right,) = point["error_x"]["arrayminus"], point["error_x"]["array"]
    (down,), (up,) = point["error_y"]["arrayminus"], point["error_y"]["array"]
    assert values(still, bars[0]) == [pytest.approx((x - left, y)), pytest.approx((x + right, y))]
    assert values(still, bars[1]) == [pytest.approx((x, y - down)), pytest.approx((x, y + up))]
    assert not any(bar.listed for bar in bars)


def test_colours_widths_and_dashes_are_the_figure_s_in_both_schemes(numbers: Numbers) -> None:
    light, dark = both(numbers, "share")
    named = {part.name: part for part in poster(light, dark).parts}
    for one, other in zip(light["data"], dark["data"], strict=True):
        part = named[one["name"]]
        look = "line" if isinstance(part, Line) else "marker"
        assert part.colour == f"light-dark({one[look]['color']}, {other[look]['color']})"
        if isinstance(part, Line):
            assert part.width_px == one["line"]["width"]
            assert bool(part.dashes) == (one["line"].get("dash", "solid") != "solid")
            filled = f"light-dark({one.get('fillcolor')}, {other.get('fillcolor')})"
            assert part.fill == (filled if one.get("fill") else "none")
        else:
            assert (part.symbol, part.size_px) == (one["marker"].get("symbol", "circle"), one["marker"]["size"])


def test_the_legend_lists_what_plotly_s_lists(numbers: Numbers) -> None:
    light, dark = both(numbers, "usd")
    still = poster(light, dark)
    listed = [trace["name"] for trace in light["data"] if trace.get("showlegend", True)]
    assert [part.name for part in still.legend] == listed
    assert len(listed) < len(light["data"])
    assert all(name in still.label for name in listed)


def test_points_outside_the_axes_are_left_out(numbers: Numbers) -> None:
    light, dark = both(numbers, "usd")
    marks = next(trace for trace in light["data"] if trace["name"] == "your setting")
    marks["x"] = [light["layout"]["xaxis"]["range"][1] * 2]
    left = {part.name: part for part in poster(light, dark).parts if isinstance(part, Marks)}
    assert left["your setting"].points == ()


@pytest.mark.parametrize(
    ("reach", "more", "labels", "kept"),
    [
        # as plotly.js 3 labels an axis 673 px wide, and one 286 px wide
        ((0.0, 5.32335), {"tickprefix": "$"}, ["$0", "$1", "$2", "$3", "$4", "$5"], ["$0", "$2", "$4"]),
        ((-0.02, 1.02), {"tickformat": ".0%"}, ["0%", "20%", "40%", "60%", "80%", "100%"], ["0%", "50%", "100%"]),
    ],
)
def test_ticks_are_those_of_plotly(
    reach: tuple[float, float], more: dict[str, str], labels: list[str], kept: list[str]
) -> None:
    still = axes(reach, **more)
    assert [tick.label for tick in still.x.ticks if tick.on != "narrow"] == labels
    assert [tick.label for tick in still.x.ticks if tick.on != "wide"] == kept
    low, high = reach
    for tick in still.x.ticks:
        text = tick.label.strip("$%")
        value = float(text) / (100 if "%" in tick.label else 1)
        assert low + tick.at / 100 * (high - low) == pytest.approx(value)


def test_fine_ticks_have_the_digits_they_need() -> None:
    assert [tick.label for tick in axes((0.0, 1.0), (0.703557, 0.917723)).y.ticks] == ["0.75", "0.8", "0.85", "0.9"]


@pytest.mark.parametrize(("low", "high", "most", "last"), [(0, 0.3, 3.5, 0.3), (0.2, 0.7, 9, 0.7), (0, 0.7, 8, 0.7)])
def test_the_last_tick_is_not_lost_by_rounding(low: float, high: float, most: float, last: float) -> None:
    assert _steps(low, high, most)[-1] == last
