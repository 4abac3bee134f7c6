"""Tables hold what the number layer has, row by row."""

import pytest

from benchmarks.dashboard.choice import Goal
from benchmarks.dashboard.claims import claims
from benchmarks.dashboard.explorer import read_explorer
from benchmarks.dashboard.leaderboard import LOWER, leaderboard, timed_rows
from benchmarks.dashboard.learning import seed_table
from benchmarks.dashboard.pool import build_pool
from benchmarks.dashboard.results import load_results
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.dashboard.source import best_basis
from benchmarks.dashboard.target import reach
from benchmarks.published import PUBLISHED_FILE, TIME_TITLE, read_published
from benchmarks.tables.candidates import candidates
from benchmarks.tables.claims import claims_table
from benchmarks.tables.labelled import parts_table
from benchmarks.tables.leaders import leaders, overview
from benchmarks.tables.pool import FIRST_LLMS, first_llms, pool_sentences, pool_table
from benchmarks.tables.seeds import seeds
from benchmarks.tables.speed import speed_table


def test_leaders_stand_in_groups_each_sorted_by_the_metric() -> None:
    rows = [row for row in leaderboard().rows if row.benchmark == "mmlu"]
    for metric in ("APGR", "CPT50"):
        table = leaders(rows, ["APGR", "CPT50"], metric)
        place = 1 + ["APGR", "CPT50"].index(metric)
        assert sum(len(group) for _, group in table.groups) == len(rows)
        for _, group in table.groups:
            values = [row[place].value for row in group if row[place].value is not None]
            assert values == sorted(values, reverse=metric not in LOWER)  # type: ignore[type-var]


def test_the_overview_has_a_column_per_benchmark_that_has_the_metric() -> None:
    board = leaderboard()
    table = overview(board, "APGR")
    titles = {row.title for row in board.rows if "APGR" in row.figures and row.group != "published"}
    assert {column.title for column in table.columns[1:]} == titles
    knn = next(row for row in table.groups[0][1] if row[0].text == "knn")
    place = [column.title for column in table.columns].index("MMLU")
    known = {r.figures["APGR"].value for r in board.rows if (r.benchmark, r.router) == ("mmlu", "knn")}
    assert knn[place].value in known


def test_every_router_has_one_time() -> None:
    rows = [row for row in leaderboard().rows if row.benchmark == "mmlu"]
    timed = timed_rows(rows, "APGR")
    names = [row.router for row in timed]
    assert len(set(names)) == len(names) > 15
    table = speed_table(timed, 36.0)
    for row, cells in zip(timed, table.groups[0][1], strict=True):
        assert cells[1].value == row.latency_ms
        assert cells[4].value == pytest.approx(1000 * (row.overhead_usd_per_1000 or 0))


def test_candidates_are_those_of_the_answer() -> None:
    numbers = load_results().numbers("mmlu")
    found = reach(numbers, Goal("kept", 0.8, sure=True), best_basis(numbers))
    table = candidates(found)
    assert [row[0].text for row in table.groups[0][1]] == [one.name for one in found.candidates]
    assert "at least 80% of the strong LLM's advantage" in table.caption
    assert table.groups[0][1][0][3].value == found.candidates[0].share.value


def test_a_pool_starts_with_the_pair() -> None:
    numbers = load_results().numbers("routerbench-part")
    basis = best_basis(numbers)
    assert basis is not None
    chosen = first_llms(numbers, basis)
    assert chosen[:2] == [numbers.pair.weak, numbers.pair.strong]
    assert len(chosen) == FIRST_LLMS
    pool = build_pool(numbers, chosen, basis, ["knn"])
    rows = pool_table(pool, "routerbench-part").groups[0][1]
    assert [row[0].text for row in rows] == list(pool.llms)
    assert [row[1].value for row in rows] == [pool.singles[llm].value for llm in pool.llms]
    assert f"{pool.n_rows:,} prompts" in pool_sentences(pool, basis)[0]


def test_the_seed_study_has_every_architecture_in_every_configuration() -> None:
    rows = seeds().groups[0][1]
    assert len(rows) == len(seed_table()) >= 15
    assert len({(row[0].text, row[1].text) for row in rows}) == len(rows)


def test_shares_of_the_classes_add_up() -> None:
    for found in read_explorer().sets:
        table = parts_table(found)
        for row, part in zip(table.groups[0][1], found.parts.values(), strict=True):
            classes = row[2 : 2 + len(found.classes)]
            assert sum(cell.value or 0 for cell in classes) == part.rows == row[1].value


def test_claims_name_sources_contradictions_and_times() -> None:
    found = tuple(claims(load_results(), read_published(FOLDER / PUBLISHED_FILE), leaderboard().rows))
    groups = dict(claims_table(found).groups)
    assert sum(len(rows) for rows in groups.values()) == len(found)
    times = groups[TIME_TITLE]
    assert len(times) >= 8
    assert all(row[0].small for row in times), "every claim has its source"
    assert all(row[5].text in ("not comparable", "not measured") for row in times), "another machine's time"
    assert any("A100" in row[0].small for row in times)
    assert any("random router" in row[6].text for row in groups["MMLU"])
