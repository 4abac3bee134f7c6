"""Every tab draws what the number layer has, and says what it cannot."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr
import pytest

from benchmarks.dashboard.leaderboard import leaderboard
from benchmarks.dashboard.own_results import template
from benchmarks.dashboard.robustness import read_robustness
from pages._bench_own import Upload
from pages._bench_page import HEAD, BenchmarksPage
from pages._bench_tab import BenchTab
from pages._bench_tabs import KINDS, Tabs, add_tabs

PAGE = BenchmarksPage(frozenset({"similarity-weighted"}), 0.03)


@pytest.fixture(scope="module")
def tabs() -> Iterator[dict[str, BenchTab]]:
    with gr.Blocks():
        made = add_tabs(PAGE)
    yield {tab.name: tab for tab in made._tabs}


def fresh(tab: BenchTab) -> list[Any]:
    """Values of a tab's own controls before anybody touched them."""
    return [component.value for component in tab.inputs]


def shown(tab: BenchTab, benchmark: str, *mine: Any) -> tuple[Any, ...]:
    values = tab.shown("light", None, benchmark, *(mine or fresh(tab)))
    assert len(values) == 1 + len(tab.outputs)
    return values


@pytest.mark.parametrize("name", [kind.name for kind in KINDS])
def test_every_tab_draws_the_first_benchmark(tabs: dict[str, BenchTab], name: str) -> None:
    assert shown(tabs[name], "routerbench-part")[0] == ""


@pytest.mark.parametrize("name", [kind.name for kind in KINDS])
def test_before_a_benchmark_is_known_nothing_is_drawn(tabs: dict[str, BenchTab], name: str) -> None:
    assert set(map(str, shown(tabs[name], "")[1:])) <= {str(gr.skip())}


def test_the_leaderboard_holds_every_row(tabs: dict[str, BenchTab]) -> None:
    html = shown(tabs["leaderboard"], "mmlu", "APGR")[-2]
    rows = [row for row in leaderboard().rows if row.benchmark == "mmlu"]
    assert html.count("<tr>") == len(rows) + 1, "and the head"
    assert "Published by others, not measured here" in html


def test_a_table_saves_the_numbers_that_it_shows(tabs: dict[str, BenchTab]) -> None:
    html = shown(tabs["leaderboard"], "mmlu", "APGR")[-2]
    found = re.search(r'download="leaderboard-mmlu.csv" href="data:text/csv;charset=utf-8,([^"]+)"', html)
    assert found is not None
    rows = [row for row in csv.DictReader(io.StringIO(unquote(found[1]))) if row["group"].startswith("In-domain")]
    saved = {row["Router"]: row["APGR"] for row in rows}
    board = {row.router: row for row in leaderboard().rows if row.benchmark == "mmlu" and row.group == "in-domain"}
    assert float(saved["knn"]) == board["knn"].figures["APGR"].value


def test_a_target_that_cannot_be_reached_is_said(tabs: dict[str, BenchTab]) -> None:
    html = shown(tabs["target"], "mmlu", "quality", 0.999, False, ("mmlu", "quality"))[-2]
    assert "No router reaches a quality of at least 0.999" in html


def test_a_target_of_another_benchmark_is_forgotten(tabs: dict[str, BenchTab]) -> None:
    values = shown(tabs["target"], "mt-bench", "quality", 0.7, False, ("mmlu", "quality"))
    assert values[1]["value"] > 8, "MT-Bench is judged from 1 to 10"


def test_a_budget_without_costs_is_said(tabs: dict[str, BenchTab]) -> None:
    assert "No costs are known" in shown(tabs["target"], "mmlu-pro", "budget", None, False, ("", ""))[0]


@pytest.mark.parametrize(
    ("benchmark", "llms", "said"),
    [
        ("routerbench-part", ["claude-v1"], "at least two LLMs"),
        ("routerbench-part", [f"llm-{n}" for n in range(9)], "too many"),
        ("mmlu-pro", [], "No costs of the LLMs"),
    ],
)
def test_a_pool_that_cannot_be_is_said(tabs: dict[str, BenchTab], benchmark: str, llms: list[str], said: str) -> None:
    assert said in shown(tabs["pool"], benchmark, llms, benchmark)[0]


def test_a_report_where_nothing_says_what_was_needed(tabs: dict[str, BenchTab]) -> None:
    values = shown(tabs["report"], "routerbench-part", "knn", "routerbench-part", "routerbench-part")
    assert sum("nothing says what was needed" in str(value) for value in values) == 1, "said once"


def test_only_the_keras_family_has_learning_curves(tabs: dict[str, BenchTab]) -> None:
    def seeds(router: str) -> str:
        return str(shown(tabs["report"], "gsm8k", router, "gsm8k", "gsm8k")[-1])

    assert "seed study" in seeds("keras-cnn")
    for said in ("balanced accuracy", "F1 of strong", "published AUC", "published without class weights", "tuned"):
        assert said in seeds("keras-cnn")
    assert seeds("knn") == ""


def test_the_data_name_the_82_words_that_are_characters(tabs: dict[str, BenchTab]) -> None:
    assert "are characters" in shown(tabs["data"], "mmlu", "ray")[2]


def test_only_the_open_tab_is_drawn() -> None:
    with gr.Blocks():
        made: Tabs = add_tabs(PAGE)
    own = [value for tab in made._tabs for value in fresh(tab)]
    values = made.open_drawn("light", None, "gsm8k", "speed", *own)
    assert len(values) == sum(1 + len(tab.outputs) for tab in made._tabs)
    drawn = [value for value in values if value != gr.skip()]
    speed = next(tab for tab in made._tabs if tab.name == "speed")
    assert len(drawn) == 1 + len(speed.outputs)


def test_uploaded_results_are_shown_and_the_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(template() * 1 + "p4,chat,0,1,0.0001,0.004,0.9\np5,chat,0,0,0.0001,0.004,0.3\n", encoding="utf-8")
    own, said, *head = Upload(PAGE)("light", str(path), None, 80)
    assert "5 prompts" in said
    assert len(head) == HEAD
    assert head[0] == ""
    assert "Your results" in head[2]
    assert not path.exists()
    assert own is not None and len(own) == 5


def test_a_bad_cell_is_named_and_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(template().replace("0.81", "1.81"), encoding="utf-8")
    own, said, *head = Upload(PAGE)("light", str(path), None, 80)
    assert own is None
    assert "score my-router" in said and "1.81" in said
    assert all(value == gr.skip() for value in head)


def test_the_robustness_tab_holds_every_router_and_says_how_to_read_it(tabs: dict[str, BenchTab]) -> None:
    _, plot, foot, words, table = shown(tabs["robustness"], "mmlu")
    kept = read_robustness()
    drawn = json.loads(plot["value"].plot)
    mean = next(trace for trace in drawn["data"] if trace["name"] == "mean of all kinds")
    assert set(mean["y"]) == set(kept.routers)
    assert "How to read this." in foot
    assert kept.date in words
    assert table.count("<tr>") == len(kept.routers) + 1


def test_robustness_that_was_not_measured_says_how_to_measure_it(tabs: dict[str, BenchTab], tmp_path: Path) -> None:
    with gr.Blocks():
        made = {tab.name: tab for tab in add_tabs(BenchmarksPage(frozenset(), 0.03, tmp_path))._tabs}
    assert "python -m benchmarks.dashboard.robustness --data DIR" in shown(made["robustness"], "mmlu")[0]


def test_a_share_to_keep_is_the_first_goal_and_leaves_a_margin(tabs: dict[str, BenchTab]) -> None:
    kind, value, sure, _ = fresh(tabs["target"])
    assert (kind, value, sure) == ("kept", None, True)
    values = shown(tabs["target"], "mmlu")
    assert values[1]["value"] == 80.0
    assert "at least 80% of the strong LLM" in values[3]
    riskier = shown(tabs["target"], "mmlu", "kept", 80.0, False, ("mmlu", "kept"))
    assert riskier[3] != values[3]


def test_a_share_beyond_everything_is_refused(tabs: dict[str, BenchTab]) -> None:
    values = shown(tabs["target"], "mmlu", "kept", 140.0, False, ("mmlu", "kept"))
    assert "No router reaches at least 140%" in values[3] or "140" in values[0]


def test_the_answers_are_those_of_every_benchmark(tabs: dict[str, BenchTab]) -> None:
    (_, table) = shown(tabs["answers"], "gsm8k")
    assert 'data-table="answers"' in table
    assert table.count("<tr>") == len(PAGE.source(None).benchmarks()) + 1
