"""The callbacks of the Benchmarks page, without a browser."""

import json
import re
import shutil
from pathlib import Path

import pytest

from benchmarks.dashboard.operating_point import point_at_share
from benchmarks.dashboard.results import load_results
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.dashboard.source import FIRST, Source, axes, basis_of, first_names
from benchmarks.tables.phrases import quality
from pages._bench_page import HEAD, BenchmarksPage

PAGE = BenchmarksPage(frozenset({"similarity-weighted", "ensemble"}), 0.03)
CHOSEN = ("mmlu", "list", ["ensemble", "prompt-length"], False, "ensemble")


def moved(percent: float, baseline: str = "always-strong", page: BenchmarksPage = PAGE) -> tuple[str, dict, str]:  # type: ignore[type-arg]
    notice, plot, html = page.moved("dark", None, *CHOSEN, percent, baseline)
    assert notice == ""
    return notice, json.loads(plot.plot), html


def test_the_first_view_is_whole() -> None:
    values = PAGE.opened("light", None, None, 80)
    assert len(values) == HEAD
    assert values[0] == ""
    assert values[1]["value"] == FIRST
    assert "data-headline" in values[2]


def test_every_benchmark_with_a_pair_can_be_opened() -> None:
    for title, name in Source().benchmarks():
        values = PAGE.opened("light", None, name, 80)
        assert values[0] == "", title
        assert f'data-benchmark="{name}"' in values[2]


def test_the_slider_moves_point_and_figures() -> None:
    numbers = load_results().numbers("mmlu")
    for percent in (20, 60):
        _, plot, html = moved(percent)
        point = point_at_share(numbers, "ensemble", percent / 100, basis_of(numbers, "list"), "always-strong")
        mark = next(trace for trace in plot["data"] if trace["name"] == "your setting")
        assert mark["y"] == [pytest.approx(point.quality.value)]
        assert f"<dd>{quality(point.quality.value)}<small>" in html


def test_the_routers_own_cost_is_charged() -> None:
    dear = BenchmarksPage(frozenset(), 1000.0)
    cost = [
        re.search(r"1 million prompts a month</dt><dd>\$([\d,]+)", moved(50, page=page)[2]) for page in (PAGE, dear)
    ]
    assert cost[0] is not None and cost[1] is not None
    assert float(cost[1][1].replace(",", "")) > float(cost[0][1].replace(",", "")) + 1000


def test_the_link_carries_the_threshold_to_the_route_page() -> None:
    html = moved(30)[2]
    found = re.search(r'href="/\?t\.ensemble=([\d.]+)"', html)
    assert found is not None
    point = point_at_share(load_results().numbers("mmlu"), "ensemble", 0.3)
    assert float(found[1]) == pytest.approx(point.threshold, abs=1e-6)


def test_a_setting_that_escalates_nothing_has_no_link() -> None:
    html = moved(0)[2]
    assert "data-no-link" in html
    assert "/?t." not in html


def test_dark_and_light_differ_in_colour_only() -> None:
    light = PAGE.adjusted("light", None, *CHOSEN, 40, "always-strong")
    dark = PAGE.adjusted("dark", None, *CHOSEN, 40, "always-strong")
    assert light[3] == dark[3]
    plots = [json.loads(values[1]["value"].plot) for values in (light, dark)]
    assert plots[0]["layout"]["paper_bgcolor"] != plots[1]["layout"]["paper_bgcolor"]
    assert [trace.get("y") for trace in plots[0]["data"]] == [trace.get("y") for trace in plots[1]["data"]]


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (0, None, "No benchmark is chosen"),
        (0, "no-such", "There is no benchmark"),
        (1, "own", "measured no costs"),
        (4, None, "No router is chosen"),
        (4, "no-such", "There is no router"),
        (5, 140, "not between 0 and 100"),
        (6, "no-such", "There is no baseline"),
    ],
)
def test_what_cannot_be_used_is_said_and_the_rest_stays(at: int, value: object, said: str) -> None:
    chosen = [*CHOSEN, 50, "always-strong"]
    chosen[at] = value  # type: ignore[call-overload]
    values = PAGE.adjusted("light", None, *chosen)
    assert said in values[0]
    assert all(value == {"__type__": "update"} for value in values[1:])


def test_no_curves_chosen_still_shows_the_marked_router() -> None:
    values = PAGE.adjusted("light", None, "mmlu", "share", [], True, "knn", 50, "random")
    assert values[0] == ""
    assert "knn" in {trace["name"] for trace in json.loads(values[1]["value"].plot)["data"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "benchmarks"))


def test_a_half_written_file_costs_its_own_benchmark_only(folder: Path) -> None:
    path = folder / "mmlu.scores.csv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    page = BenchmarksPage(frozenset(), 0.03, folder)
    broken = page.opened("light", None, "mmlu", 80)
    assert len(broken) == HEAD
    assert "mmlu" in broken[0]
    assert (broken[2], broken[-1]) == ("", ""), "no figures of another benchmark under its name"
    assert broken[8] == {"value": None, "visible": False, "__type__": "update"}
    assert page.opened("light", None, "gsm8k", 80)[0] == ""
    problems = page.problems(None)
    assert "mmlu.scores.csv" in problems
    assert "python -m benchmarks" in problems


def test_without_any_manifest_the_page_says_how_to_make_one(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    page = BenchmarksPage(frozenset(), 0.03, folder)
    values = page.opened("light", None, None, 80)
    assert "manifest.json" in values[0]
    assert len(values) == HEAD
    assert "manifest.json" in page.problems(None)


def test_nothing_is_wrong_with_what_ships() -> None:
    assert PAGE.problems(None).strip() == ""


def test_costs_come_first_and_length_is_among_the_first_curves() -> None:
    kept = load_results()
    assert [axis for _, axis in axes(kept.numbers("routerbench-part"))] == ["own", "list", "share"]
    assert [axis for _, axis in axes(kept.numbers("mmlu-pro"))] == ["share"]
    assert first_names(kept.numbers("mmlu"))[-1] == "prompt-length"
