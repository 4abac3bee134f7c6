"""Axes of shares and the line of chance."""

from benchmarks.plots.chart import figure
from benchmarks.plots.theme import Theme
from benchmarks.plots.unit_square import guide, unit_axes


def test_the_guide_is_the_diagonal_unless_told_otherwise(colours: Theme) -> None:
    assert guide(colours, "chance")["y"] == [0.0, 1.0]
    level = guide(colours, "chance", 0.3, 0.3)
    assert level["y"] == [0.3, 0.3]
    assert level["line"]["color"] == colours.muted


def test_both_axes_are_whole_and_named(colours: Theme) -> None:
    drawn = figure([guide(colours, "chance")], colours, **unit_axes(colours, "across", "up"))
    for axis, title in ((drawn.layout.xaxis, "across"), (drawn.layout.yaxis, "up")):
        assert axis.title.text == title
        assert axis.range[0] < 0 < 1 < axis.range[1]
        assert axis.tickformat == ".0%"
        assert axis.gridcolor, "the common look is kept"
