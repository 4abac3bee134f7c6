"""The router report's charts show what the number layer found."""

import numpy as np
import pytest

from benchmarks.dashboard.domains import by_domain
from benchmarks.dashboard.learning import learning_curves
from benchmarks.dashboard.report import calibration_error, confusion, histogram, reliability_points, roc
from benchmarks.dashboard.results import Results
from benchmarks.plots.calibration_charts import histogram_chart, reliability_chart
from benchmarks.plots.confusion_chart import confusion_chart
from benchmarks.plots.domain_chart import MOST, domain_chart
from benchmarks.plots.roc_charts import precision_chart, roc_chart
from benchmarks.plots.theme import Theme
from benchmarks.plots.training_charts import training_chart

ROUTER = "ensemble"


def test_roc_and_precision(committed: Results, colours: Theme) -> None:
    found = roc(committed.numbers("gsm8k"), ROUTER)
    chart = roc_chart(ROUTER, "GSM8K", found, colours)
    np.testing.assert_allclose(chart.figure.data[0].y, found.recall)
    assert f"{found.auc.value:.3f}" in chart.how_to_read
    other = precision_chart(ROUTER, "GSM8K", found, colours)
    assert other.columns["precision"][0] is None, "nothing is escalated yet"
    assert other.figure.data[1].y[0] == pytest.approx(found.prevalence)


def test_confusion_of_two_and_of_three_routes(committed: Results, colours: Theme) -> None:
    for benchmark, router, k in (("gsm8k", ROUTER, 2), ("nexos", "encoder-3way", 3)):
        found = confusion(committed.numbers(benchmark), router)
        chart = confusion_chart(router, benchmark, found, colours)
        shares = np.array(chart.figure.data[0].z)
        assert shares.shape == (k, k)
        np.testing.assert_allclose(shares.sum(axis=1), 1.0)
        assert sum(int(v) for name in found.names for v in chart.columns[f"picked {name}"]) == found.table.sum()  # type: ignore[call-overload]


def test_calibration(committed: Results, colours: Theme) -> None:
    numbers = committed.numbers("gsm8k")
    points, error = reliability_points(numbers, ROUTER), calibration_error(numbers, ROUTER)
    chart = reliability_chart(ROUTER, "GSM8K", points, error, colours)
    assert list(chart.figure.data[1].x) == [point.said for point in points]
    spread = histogram(numbers, ROUTER)
    bars = histogram_chart(ROUTER, "GSM8K", spread, colours)
    assert list(bars.figure.data[1].customdata) == spread.needed.tolist()
    assert sum(bars.figure.data[1].y) == pytest.approx(1.0)
    assert bars.figure.layout.shapes[0].x0 == pytest.approx(spread.threshold)


def test_domains_are_the_largest_ones_hardest_on_top(committed: Results, colours: Theme) -> None:
    domains = by_domain(committed.numbers("mmlu"), "knn")
    chart = domain_chart("knn", "MMLU", domains, 0.5, colours)
    shown = chart.figure.layout.yaxis.categoryarray
    assert len(shown) == min(MOST, len(domains))
    assert len(chart.columns["domain"]) == len(domains), "the table has all of them"
    hardest = next(domain for domain in domains if any(label.startswith(f"{domain.name} (") for label in shown))
    assert shown[-1].startswith(hardest.name)


def test_prompt_length_is_not_held_against_itself(committed: Results, colours: Theme) -> None:
    chart = domain_chart("prompt-length", "MMLU", by_domain(committed.numbers("mmlu"), "prompt-length"), 0.5, colours)
    assert len(chart.figure.data[1].x) == 0


def test_training_has_every_network(colours: Theme) -> None:
    curves = learning_curves("keras-cnn")
    chart = training_chart("keras-cnn", curves, colours)
    assert len(chart.figure.data) == 2 * len(curves)
    assert len(chart.columns["epoch"]) == sum(len(curve.validation_loss) for curve in curves)
