"""The curve chart shows the number layer's numbers, on either axis."""

import numpy as np
import pytest

from benchmarks.dashboard.costs import typed_costs
from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import point_at_share
from benchmarks.dashboard.ranking import ORACLE, ranking_names
from benchmarks.plots.chart import Chart
from benchmarks.plots.quality_curves import XAxis, curve_chart
from benchmarks.plots.theme import Theme, theme


def drawn(numbers: Numbers, x: XAxis = "share", colours: Theme | None = None) -> Chart:
    basis = typed_costs(numbers, {"small": 0.2, "large": 5.0}) if x == "usd" else None
    names = ranking_names(numbers)[-2:]
    return curve_chart(
        "made-up",
        quality_curves(numbers, names, basis),
        [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)],
        single_llms(numbers, basis),
        colours or theme("light"),
        x=x,
        banded=names[:1],
        point=point_at_share(numbers, names[0], 0.3, basis),
        pair=("small", "large"),
    )


def trace(chart: Chart, name: str) -> dict[str, list[float]]:
    return next(one for one in chart.figure.to_dict()["data"] if one["name"] == name)


def test_lines_are_the_curves(numbers: Numbers) -> None:
    name = ranking_names(numbers)[-1]
    line, curve = trace(drawn(numbers), name), quality_curve(numbers, name)
    np.testing.assert_allclose(line["x"], curve.share)
    np.testing.assert_allclose(line["y"], curve.quality)


def test_the_axis_of_dollars(numbers: Numbers) -> None:
    name = ranking_names(numbers)[-1]
    line = trace(drawn(numbers, "usd"), name)
    np.testing.assert_allclose([line["x"][0], line["x"][-1]], [0.2, 5.0])


@pytest.mark.parametrize("x", ["share", "usd"])
def test_the_marked_point_lies_where_the_number_layer_says(numbers: Numbers, x: XAxis) -> None:
    name = ranking_names(numbers)[-2]
    basis = typed_costs(numbers, {"small": 0.2, "large": 5.0})
    point = point_at_share(numbers, name, 0.3, basis)
    mark = trace(drawn(numbers, x), "your setting")
    assert mark["y"] == [pytest.approx(point.quality.value)]
    assert point.usd_per_1000 is not None
    assert mark["x"] == [pytest.approx(point.share.value if x == "share" else point.usd_per_1000.value)]


def test_only_the_wanted_curves_have_bands(numbers: Numbers) -> None:
    bands = [one["name"] for one in drawn(numbers).figure.to_dict()["data"] if one["name"].endswith(", band")]
    assert bands == ["random (expected), band", f"{ranking_names(numbers)[-2]}, band"]


def test_what_a_router_must_stand_beside_is_there(numbers: Numbers) -> None:
    names = {one["name"] for one in drawn(numbers).figure.to_dict()["data"]}
    assert {"always weak: small", "always strong: large", "best single LLM: large"} <= names
    assert {"random (expected)", "oracle (knows the answers)"} <= names
    dearer = {one["name"] for one in drawn(numbers, "usd").figure.to_dict()["data"]}
    assert {"single LLMs", "hull of single LLMs (mixing them at random)"} <= dearer


def test_the_table_is_what_is_drawn(numbers: Numbers) -> None:
    chart = drawn(numbers)
    name = ranking_names(numbers)[-1]
    rows = [at for at, router in enumerate(chart.columns["router"]) if router == name]
    assert [chart.columns["quality"][at] for at in rows] == pytest.approx(list(trace(chart, name)["y"]))


def test_both_schemes_draw_the_same_numbers(numbers: Numbers, colours: Theme) -> None:
    assert drawn(numbers, colours=colours).csv() == drawn(numbers).csv()
    assert drawn(numbers, colours=colours).figure.layout.paper_bgcolor == colours.surface
