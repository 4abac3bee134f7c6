"""Places: the share of the other routers that each one beats, over the report's benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import FOLDER
from benchmarks.places import FEWEST, as_json, mean_places, read_places
from benchmarks.summary import Row
from errors import DataError
from router_models import RouterPanel


def row(benchmark: str, router: str, metric: str, value: float) -> Row:
    return Row(benchmark, router, "transfer", metric, value, value - 0.1, value + 0.1, 100)


def rows(**by_router: float) -> list[Row]:
    """The same APGR on three benchmarks."""
    return [row(name, router, "APGR", p) for name in ("mmlu", "gsm8k", "mt-bench") for router, p in by_router.items()]


def test_the_best_comes_first_and_ties_share() -> None:
    places = mean_places([*rows(a=0.5, b=0.7, c=0.5), row("mmlu", "oracle", "APGR", 2.0)], ["a", "b", "c"])
    assert places == {"b": 1.0, "a": 0.25, "c": 0.25}
    assert list(places) == ["b", "a", "c"]


def test_the_metric_on_which_most_were_measured_counts() -> None:
    chats = [row("nexos", "a", "accuracy", 0.9)]
    chats += [row("nexos", name, "AUC, simple or not", p) for name, p in (("a", 0.5), ("b", 0.6), ("c", 0.7))]
    places = mean_places([*rows(a=0.5, b=0.5, c=0.5), *chats], ["a", "b", "c"])
    assert places == {"c": 0.625, "b": 0.5, "a": 0.375}


def test_a_benchmark_of_few_routers_says_nothing_of_the_rest() -> None:
    special = row("coding-factual", "a", "accuracy", 0.1)
    routers = ["a", "b", "c"]
    assert mean_places([*rows(a=0.9, b=0.5, c=0.1), special], routers) == mean_places(
        rows(a=0.9, b=0.5, c=0.1), routers
    )


def test_undefined_figures_and_too_few_benchmarks_give_no_place() -> None:
    some = [each for each in rows(a=0.9, b=0.5, c=0.1) if each.router != "c" or each.benchmark == "mmlu"]
    assert len({each.benchmark for each in some if each.router == "c"}) < FEWEST
    some += [row("gsm8k", "c", "APGR", float("nan"))]
    assert list(mean_places(some, ["a", "b", "c"])) == ["a", "b"]


def test_places_come_back(tmp_path: Path) -> None:
    (tmp_path / "places.json").write_text(as_json({"b": 1.0, "a": 0.25}))
    assert read_places(tmp_path) == {"b": 1.0, "a": 0.25}


@pytest.mark.parametrize("content", [None, "", "[]", '{"a": "high"}'])
def test_a_missing_or_broken_file_says_how_to_mend_it(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "places.json").write_text(content)
    with pytest.raises(DataError, match="benchmarks report"):
        read_places(tmp_path)


def test_the_committed_places_are_of_routers_that_exist(panel: RouterPanel) -> None:
    places = read_places(FOLDER)
    assert set(panel.immediate_ids) <= set(places) <= set(panel.ids)
    assert list(places.values()) == sorted(places.values(), reverse=True)
