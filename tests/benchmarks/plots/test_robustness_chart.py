"""The robustness chart shows the kept numbers, and its table the same ones."""

import pytest

from benchmarks.dashboard.robustness import EVERY, Flips, Robustness, read_robustness
from benchmarks.plots.robustness_chart import robustness_chart, steadiest_first
from benchmarks.plots.theme import Theme
from benchmarks.tables.robustness import robustness_sentences, robustness_table


def flips(share: float) -> Flips:
    return Flips(flipped=share, low=share / 2, high=min(1.0, share * 1.5), moved=share / 10)


@pytest.fixture
def made_up() -> Robustness:
    shaky = {"typos": flips(0.5), "prefix": flips(0.3), EVERY: flips(0.4)}
    steady = {"typos": flips(0.02), "prefix": flips(0.0), EVERY: flips(0.01)}
    return Robustness(date="2026-01-02", prompts={"a set": 60}, routers={"shaky": shaky, "steady": steady})


def test_the_steadiest_is_at_the_top_with_its_interval(made_up: Robustness, colours: Theme) -> None:
    drawn = robustness_chart(made_up, colours).figure
    assert steadiest_first(made_up) == ["steady", "shaky"]
    assert list(drawn.layout.yaxis.categoryarray) == ["shaky", "steady"], "plotly counts from below"
    mean = drawn.data[-1]
    assert list(mean.x) == [0.4, 0.01]
    assert mean.error_x.array[0] == pytest.approx(0.2)
    assert mean.error_x.arrayminus[0] == pytest.approx(0.2)
    assert [trace.name for trace in drawn.data] == ["typos", "prefix", "mean of all kinds"]


def test_figure_and_columns_hold_the_same_numbers(colours: Theme) -> None:
    kept = read_robustness()
    chart = robustness_chart(kept, colours)
    rows = list(zip(chart.columns["router"], chart.columns["noise"], chart.columns["changed"], strict=True))
    for trace in chart.figure.data:
        kind = EVERY if trace.name == "mean of all kinds" else trace.name
        for router, changed in zip(trace.y, trace.x, strict=True):
            assert (router, kind, changed) in rows
            assert kept.routers[router][kind].flipped == changed
    assert len(rows) == sum(len(trace.x) for trace in chart.figure.data)


def test_the_table_holds_them_too(made_up: Robustness) -> None:
    table = robustness_table(made_up)
    (steady, shaky) = table.groups[0][1]
    assert [cell.value for cell in shaky] == [None, pytest.approx(0.6), 0.5, 0.3, pytest.approx(0.04)]
    assert steady[1].text == "0.990"
    assert shaky[1].small == "0.400 to 0.800", "the ends change sides"
    assert any("60 of a set" in sentence for sentence in robustness_sentences(made_up))
