"""What all charts have in common: the look, the sentence, and numbers as CSV."""

import csv
import io
import json
import subprocess
import sys

from benchmarks.plots.chart import Chart, figure, harmless
from benchmarks.plots.theme import Theme, theme


def chart(columns: dict[str, list[object]]) -> Chart:
    drawn = figure([{"type": "scatter", "x": [0, 1], "y": [1, 2]}], theme("light"))
    return Chart("a", "A", drawn, "Up is better.", columns)


def test_csv_holds_every_number() -> None:
    rows = list(csv.DictReader(io.StringIO(chart({"x": [0.125, 1], "name": ["a, b", "c"]}).csv())))
    assert rows == [{"x": "0.125", "name": "a, b"}, {"x": "1", "name": "c"}]


def test_no_cell_is_a_formula() -> None:
    assert harmless("=1+1") == "'=1+1"
    assert harmless("@SUM(A1)") == "'@SUM(A1)"
    assert harmless(-0.5) == -0.5
    assert "'=cmd" in chart({"router": ["=cmd"]}).csv()


def test_the_page_gets_figure_and_buttons() -> None:
    sent = json.loads(chart({"x": [1]}).json())
    assert sent["data"][0]["y"] == [1, 2]
    assert sent["config"]["displaylogo"] is False
    assert "plotlyServerURL" not in sent["config"]


def test_surface_and_text_follow_the_scheme(colours: Theme) -> None:
    layout = figure([], colours).to_dict()["layout"]
    assert layout["paper_bgcolor"] == colours.surface
    assert layout["font"]["color"] == colours.text


def test_an_axis_keeps_the_common_look_beside_its_own() -> None:
    layout = figure([], theme("light"), xaxis={"range": [0, 1]}).to_dict()["layout"]
    assert layout["xaxis"]["range"] == [0, 1]
    assert layout["xaxis"]["zeroline"] is False


def test_plotly_is_imported_only_when_something_is_drawn() -> None:
    check = "import sys, pages.benchmarks, benchmarks.plots.quality_curves; print('plotly' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
