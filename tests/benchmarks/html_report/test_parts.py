"""Parts of the report: numbers are shortened alike, and nothing ends the script element that holds them."""

import json
import math

from benchmarks.html_report.parts import Figure, Part, Words, or_why
from benchmarks.plots.chart import Chart, figure
from benchmarks.plots.theme import theme
from errors import DataError


def chart(**columns: list[object]) -> Chart:
    drawn = figure([{"type": "scatter", "x": [1 / 3, 2 / 3], "y": [1, 2]}], theme("light"))
    return Chart("a", "</script><b>", drawn, "Up is better.", columns)


def test_columns_and_figure_keep_the_same_digits() -> None:
    sent = json.loads(Figure(chart(x=[1 / 3, 2 / 3])).json)
    assert sent["columns"]["x"] == sent["data"][0]["x"] == [0.333333, 0.666667]


def test_what_is_not_finite_is_empty() -> None:
    sent = json.loads(Figure(chart(x=[math.inf, math.nan, None, "a"])).json)
    assert sent["columns"]["x"] == [None, None, None, "a"]


def test_no_text_ends_the_element_that_holds_it() -> None:
    text = Figure(chart(router=["</script><script>alert(1)</script>", "<!--"])).json
    assert "<" not in text
    assert json.loads(text)["columns"]["router"][0].startswith("</script>")


def test_an_anchor_is_plain() -> None:
    assert Part("The data: just-eval, a weak LLM's", ()).anchor == "the-data-just-eval-a-weak-llm-s"


def test_what_cannot_be_had_is_said() -> None:
    def broken() -> list[Words]:
        raise DataError("The file is gone.", "Write it again.")

    (said,) = or_why(broken, "A title")
    assert isinstance(said, Words)
    assert said.missing and "Write it again." in said.sentences[0]
    assert or_why(lambda: [Words("", ("fine",))]) == [Words("", ("fine",))]
