"""The answers in one table are the plain answers, benchmark by benchmark."""

import shutil
from pathlib import Path

import pytest

from benchmarks.dashboard.plain_answer import plain_answer
from benchmarks.dashboard.results import Results, load_results
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.tables.answers import COLUMNS, LENGTH, SURE, answers
from benchmarks.tables.cells import Cell


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[Cell, ...]]:
    table = answers(load_results())
    return {row[0].text: row for row in table.groups[0][1]}


def test_every_benchmark_with_a_pair_has_a_line(rows: dict[str, tuple[Cell, ...]]) -> None:
    kept = load_results()
    assert list(rows) == [kept.title(name) for name in kept.pair_names]
    assert {len(row) for row in rows.values()} == {len(COLUMNS)}


@pytest.mark.parametrize("name", ["mmlu", "routerbench-part", "alpaca-eval"])
def test_a_line_says_what_the_plain_answer_says(rows: dict[str, tuple[Cell, ...]], name: str) -> None:
    kept = load_results()
    answer = plain_answer(kept.numbers(name))
    _, take, saves, keeps, sure, length, gain, prompts = rows[kept.title(name)]
    assert answer.point is not None and answer.saving is not None and answer.over_length is not None
    assert take.text == answer.router and f"{answer.point.threshold:.4f}" in take.small
    assert saves.value == answer.saving.value and answer.saved in saves.small
    assert keeps.value == pytest.approx(answer.point.recovered)
    assert (sure.text, length.text) == (SURE[answer.confirmed], LENGTH[answer.settled])
    assert gain.value == answer.over_length.value
    assert prompts.value == answer.point.n_rows


def test_where_no_router_helps_it_says_what_to_do(rows: dict[str, tuple[Cell, ...]]) -> None:
    row = rows[load_results().title("routerarena")]
    assert row[1].text == "the cheap LLM for every prompt"
    assert all(cell.text == "" for cell in row[2:])


def test_a_damaged_benchmark_costs_its_own_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "numbers"))
    (folder / "gsm8k.scores.csv").unlink()
    table = answers(Results(folder), 0.5)
    broken = next(row for row in table.groups[0][1] if row[0].text == "GSM8K")
    assert "gsm8k.scores.csv" in broken[0].small
    assert sum(bool(row[2].text) for row in table.groups[0][1]) >= 8
