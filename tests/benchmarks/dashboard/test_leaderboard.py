"""The table of all routers: today's figures, groups apart, published ones marked."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.leaderboard import LeaderRow, leaderboard, session_rows, sort_rows
from benchmarks.dashboard.leaderboard_file import COMMAND, LEADERBOARD_FILE, made_from, write_leaderboard
from benchmarks.dashboard.results import Results
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.published import PUBLISHED_FILE, read_published
from benchmarks.summary import Row
from errors import DataError


def test_the_committed_figures_are_of_todays_scores() -> None:
    board = leaderboard()
    assert board.problems == {}, f"run `{COMMAND}` again"
    assert {"mmlu", "ray", "nexos", "mt-bench", "routerbench-part", "zeroeval-trio"} <= {
        r.benchmark for r in board.rows
    }
    assert {"APGR", "CPT50", "CPT80", "AIQ", "AUC", "accuracy"} <= set(board.metrics)


def test_groups_are_apart_and_published_figures_are_marked() -> None:
    rows = leaderboard(benchmarks=["mt-bench"]).rows
    groups = {group: [row for row in rows if row.group == group] for group in ("transfer", "baseline", "published")}
    assert {"random", "prompt-length", "oracle"} <= {row.router for row in groups["baseline"]}
    assert {"encoder-quality", "knn"} <= {row.router for row in groups["transfer"]}
    assert not [row for row in rows if row.group == "in-domain"], "nobody learnt from MT-Bench"
    published = [figure for figure in read_published(FOLDER / PUBLISHED_FILE) if figure.benchmark == "mt-bench"]
    shown = {(row.router, metric, of.value) for row in groups["published"] for metric, of in row.figures.items()}
    assert shown == {(f.router, f.metric, f.value) for f in published if f.metric in ("APGR", "CPT50", "CPT80")}
    assert all(row.source and row.n_rows is None for row in groups["published"])


def test_times_sizes_and_overhead_stand_beside_our_routers() -> None:
    rows = leaderboard(benchmarks=["mmlu"], usd_per_hour=3.6).rows
    row = next(row for row in rows if row.router == "encoder-3way")
    assert row.latency_ms
    assert row.overhead_usd_per_1000 == pytest.approx(row.latency_ms * 0.001)
    assert row.size_mb == pytest.approx(25, abs=5)
    assert next(row for row in rows if row.router == "oracle").latency_ms is None


def test_figures_of_other_scores_are_left_out_and_said(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        if path.name.startswith(("ray.", "gsm8k.", "leaderboard", "published", "latency")):
            shutil.copy(path, tmp_path)
    with (tmp_path / "ray.scores.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    board = leaderboard(tmp_path, ["ray", "gsm8k"])
    assert {row.benchmark for row in board.rows} == {"gsm8k"}
    assert COMMAND in board.problems["ray"].mend
    (tmp_path / "latency.json").write_text("{", encoding="utf-8")
    broken = leaderboard(tmp_path, ["gsm8k"])
    assert "latency.json" in broken.problems
    assert {row.latency_ms for row in broken.rows} == {None}


@pytest.mark.parametrize("content", [None, "", "[]", '{"ray": {}}', '{"ray": {"made_from": "x", "rows": [{}]}}'])
def test_a_file_that_is_missing_or_damaged_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / LEADERBOARD_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"leaderboard\.json") as caught:
        leaderboard(tmp_path)
    assert COMMAND in caught.value.mend


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "ray.scores.csv").write_text("question\n", encoding="utf-8")
    rows = [
        Row("ray", "keras-cnn", "in-domain", "AUC", 0.8, 0.7, 0.9, 574),
        Row("ray", "keras-cnn", "in-domain", "accuracy", math.nan, math.nan, math.nan, 574),
        Row("ray", "keras-cnn", "in-domain", "some other metric", 0.1, 0.1, 0.1, 574),
    ]
    write_leaderboard(rows, tmp_path)
    board = leaderboard(tmp_path)
    (row,) = board.rows
    assert row.figures["AUC"] == Estimate(0.8, 0.7, 0.9)
    assert math.isnan(row.figures["accuracy"].value)
    assert set(row.figures) == {"AUC", "accuracy"}
    assert (row.group, row.n_rows) == ("in-domain", 574)


def test_the_hash_changes_with_the_scores(tmp_path: Path) -> None:
    empty = made_from(tmp_path, "ray")
    (tmp_path / "ray.scores.csv").write_text("question\n", encoding="utf-8")
    assert made_from(tmp_path, "ray") != empty
    assert made_from(tmp_path, "gsm8k") == empty


def test_sorting_puts_the_best_first_and_what_lacks_it_last() -> None:
    def row(router: str, apgr: float, cpt: float, latency_ms: float | None) -> LeaderRow:
        figures = {"APGR": Estimate(apgr, 0, 1), "CPT50": Estimate(cpt, 0, 1)}
        return LeaderRow("mmlu", "MMLU", router, "transfer", figures, latency_ms=latency_ms)

    rows = [row("a", 0.5, 0.4, 3.0), row("b", math.nan, 0.2, None), row("c", 0.7, 0.3, 1.0)]
    assert [r.router for r in sort_rows(rows, "APGR")] == ["c", "a", "b"]
    assert [r.router for r in sort_rows(rows, "CPT50")] == ["b", "c", "a"]
    assert [r.router for r in sort_rows(rows, "latency_ms")] == ["c", "a", "b"]


def test_a_sessions_figures_are_those_that_the_summary_would_give(committed: Results) -> None:
    """On a committed benchmark the rows computed at once equal those that were kept."""
    rows = {row.router: row for row in session_rows(committed.numbers("gsm8k"))}
    kept = {(row.router, row.group): row for row in leaderboard(benchmarks=["gsm8k"]).rows}
    for router, group in (("encoder-quality", "in-domain"), ("prompt-length", "baseline"), ("oracle", "baseline")):
        for metric in ("APGR", "CPT50", "CPT80"):
            ours, theirs = rows[router].figures[metric], kept[router, group].figures[metric]
            assert (ours.value, ours.low, ours.high) == pytest.approx((theirs.value, theirs.low, theirs.high), abs=2e-5)
    assert rows["knn by P(correct)"].figures["APGR"].value == pytest.approx(
        kept["knn", "in-domain"].figures["APGR by P(correct)"].value, abs=2e-5
    )
