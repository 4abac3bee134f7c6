"""Leaderboard, latency, pool and labelled sets as figures."""

import math

import pytest

from benchmarks.dashboard.costs import own_costs
from benchmarks.dashboard.explorer import Word, read_explorer
from benchmarks.dashboard.leaderboard import LeaderRow, leaderboard
from benchmarks.dashboard.pool import build_pool
from benchmarks.dashboard.results import Results
from benchmarks.plots.labelled_charts import length_chart, word_chart
from benchmarks.plots.latency_chart import latency_chart
from benchmarks.plots.leaderboard_chart import leaderboard_chart
from benchmarks.plots.pool_curves import pool_chart
from benchmarks.plots.theme import Theme
from benchmarks.plots.word_cloud import HEIGHT_PX, MOST, WIDTH_PX, cloud_chart, lay_out


@pytest.fixture(scope="module")
def rows() -> list[LeaderRow]:
    return [row for row in leaderboard(benchmarks=["mmlu"]).rows if "APGR" in row.figures]


def test_the_best_router_is_on_top(rows: list[LeaderRow], colours: Theme) -> None:
    chart = leaderboard_chart(rows, "APGR", colours)
    values = [float(value) for value in chart.columns["APGR"]]  # type: ignore[arg-type]
    assert values == sorted(values, reverse=True)
    assert str(chart.figure.layout.yaxis.categoryarray[-1]).startswith(str(chart.columns["router"][0]))


def test_low_is_best_where_low_is_better(rows: list[LeaderRow], colours: Theme) -> None:
    values = [float(v) for v in leaderboard_chart(rows, "CPT50", colours).columns["CPT50"]]  # type: ignore[arg-type]
    assert values == sorted(values)


def test_published_figures_stand_apart_and_every_row_has_a_line(rows: list[LeaderRow], colours: Theme) -> None:
    chart = leaderboard_chart(rows, "APGR", colours)
    published = next(trace for trace in chart.figure.data if trace.name == "published")
    assert all(label.split(" 2")[0].endswith("(published)") for label in published.y)
    labels = [label for trace in chart.figure.data for label in trace.y]
    assert len(labels) == len(set(labels)) == len(chart.columns["router"])


def test_latency_has_every_router_that_was_timed(rows: list[LeaderRow], colours: Theme) -> None:
    chart = latency_chart(rows, "APGR", colours, "a machine")
    timed = {row.router for row in rows if row.latency_ms is not None and not math.isnan(row.figures["APGR"].value)}
    assert {trace.name for trace in chart.figure.data} == timed
    assert "a machine" in chart.how_to_read


def test_pool(committed: Results, colours: Theme) -> None:
    numbers = committed.numbers("routerbench-part")
    basis = own_costs(numbers)
    pool = build_pool(numbers, [numbers.pair.weak, numbers.pair.strong, "claude-v1"], basis)
    chart = pool_chart(pool, "routerbench-part", ["knn"], colours)
    names = [trace.name for trace in chart.figure.data]
    assert names == ["knn", "oracle", "mixing at random (Zero router)", "one LLM for every prompt"]
    assert list(chart.figure.data[-1].x) == [pool.usd_per_1000[llm] for llm in pool.llms]


def test_labelled_sets(colours: Theme) -> None:
    for found in read_explorer().sets:
        chart = length_chart(found, colours)
        assert [trace.name for trace in chart.figure.data] == list(found.classes)
        assert sum(chart.figure.data[0].y) == pytest.approx(1.0)
        words = word_chart(found, found.words, "word", colours)
        assert len(words.columns["word"]) == len(found.words)
        assert len(words.figure.data[0].y) == min(24, len(found.words))


def test_words_of_a_cloud_neither_overlap_nor_stick_out() -> None:
    placed = lay_out(read_explorer().sets[0].words)
    assert len(placed) >= MOST * 0.7
    for at, one in enumerate(placed):
        width, height = one.half
        assert abs(one.x) + width <= WIDTH_PX / 2
        assert abs(one.y) + height <= HEIGHT_PX / 2
        for other in placed[at + 1 :]:
            wide, high = other.half
            assert abs(one.x - other.x) >= width + wide or abs(one.y - other.y) >= height + high


def test_a_word_that_fits_nowhere_is_left_out() -> None:
    assert [one.word.text for one in lay_out([Word(text="w" * 90, prompts=(9,), z=0), _word("b", 3)])] == ["b"]
    assert lay_out([]) == []


def test_a_word_has_the_colour_of_its_class(colours: Theme) -> None:
    found = read_explorer().sets[0]
    chart = cloud_chart(found, colours)
    drawn = dict(zip(chart.figure.data[0].text, chart.figure.data[0].textfont.color, strict=True))
    for word in found.words:
        if word.text in drawn:
            wanted = colours.muted if abs(word.z) < 2 else colours.routes[2 if word.z > 0 else 0]
            assert drawn[word.text] == wanted


def _word(text: str, prompts: int) -> Word:
    return Word(text=text, prompts=(prompts,), z=0.0)
