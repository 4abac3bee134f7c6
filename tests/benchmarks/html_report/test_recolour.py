"""A light figure in dark colours is the dark figure."""

import json
import re

from benchmarks.dashboard.learning import learning_curves
from benchmarks.dashboard.plain_answer import plain_answer
from benchmarks.dashboard.report import confusion
from benchmarks.dashboard.results import load_results
from benchmarks.dashboard.robustness import read_robustness
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.html_report.benchmark_part import _curves
from benchmarks.html_report.parts import Figure
from benchmarks.html_report.recolour import dark_of_light
from benchmarks.plots.chart import Chart
from benchmarks.plots.confusion_chart import confusion_chart
from benchmarks.plots.robustness_chart import robustness_chart
from benchmarks.plots.theme import Theme, theme
from benchmarks.plots.training_charts import training_chart


def charts(colours: Theme) -> list[Chart]:
    numbers = load_results().numbers("gsm8k")
    (curves,) = _curves(numbers, plain_answer(numbers), colours)
    assert isinstance(curves, Figure)
    return [
        curves.chart,
        confusion_chart("knn", "GSM8K", confusion(numbers, "knn"), colours),
        robustness_chart(read_robustness(FOLDER), colours),
        training_chart("keras-cnn", learning_curves("keras-cnn"), colours),
    ]


def recoloured(text: str) -> str:
    """What report.js does."""
    dark = dark_of_light()

    def rgb(colour: str) -> str:
        return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))

    faded = {rgb(light): rgb(other) for light, other in dark.items()}
    text = re.sub("#[0-9a-f]{6}", lambda found: dark.get(found[0], found[0]), text)
    return re.sub(r"rgba\((\d+,\d+,\d+),", lambda found: f"rgba({faded.get(found[1], found[1])},", text)


def test_every_colour_has_its_dark_one() -> None:
    for light, dark in zip(charts(theme("light")), charts(theme("dark")), strict=True):
        assert json.loads(recoloured(light.json())) == json.loads(dark.json()), light.name
        assert light.json() != dark.json()
