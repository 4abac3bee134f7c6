"""The HTML report is one file with every figure and table, and says what it cannot show."""

import re
from pathlib import Path

import pytest

from benchmarks.dashboard.plain_answer import plain_answer
from benchmarks.dashboard.results import Results
from benchmarks.html_report.document import html_report, tables_of
from benchmarks.published import PUBLISHED_FILE, read_published

MARKDOWN = "# Results\n\n## MMLU\n\n2 rows.\n\n| in-domain | APGR |\n| --- | --- |\n| `knn` | .618 |\n"


def written(folder: Path) -> str:
    return html_report(folder, read_published(folder / PUBLISHED_FILE), MARKDOWN)


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return written(folder)


def test_nothing_is_fetched(html: str) -> None:
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', markup)
    assert "default-src 'none'" in markup
    assert html.count("plotly.js v") == 1, "plotly.js stands in it once"


def test_commit_and_day_of_the_run_are_said(html: str, folder: Path) -> None:
    stamp = str(Results(folder).stamp)
    assert "commit" in stamp and stamp in html


def test_the_plain_answer_is_the_pages(html: str, folder: Path) -> None:
    assert plain_answer(Results(folder).numbers("gsm8k")).headline in html


def test_a_benchmark_without_a_pair_has_its_leaderboard(html: str) -> None:
    assert 'data-chart="leaderboard-coding-factual"' in html
    assert 'data-chart="curves-coding-factual"' not in html
    assert 'data-chart="curves-gsm8k"' in html


def test_every_kind_of_figure_and_table_is_there(html: str) -> None:
    charts = set(re.findall(r'<figure data-chart="([^"]+)"', html))
    of_gsm8k = {f"{kind}-gsm8k" for kind in ("curves", "leaderboard", "latency", "pool")}
    assert of_gsm8k | {"robustness", "training-keras-cnn"} <= charts
    for kind in (
        "roc",
        "precision",
        "confusion",
        "reliability",
        "scores",
        "cloud",
        "lengths",
        "word-ray",
        "pair-of-words-ray",
    ):
        assert any(chart.startswith(kind) for chart in charts), kind
    assert len(charts) == html.count("<figure "), "no name stands twice"
    tables = set(re.findall(r'data-table="([\w-]+)"', html))
    assert {"answers", "claims", "seed-study", "robustness", "speed", "leaderboard-gsm8k"} <= tables


def test_the_tables_of_the_markdown_are_there(html: str) -> None:
    assert "<code>knn</code>" in html
    assert tables_of(MARKDOWN).html.startswith("<h3>Results</h3>")  # type: ignore[union-attr]


def test_a_damaged_file_costs_its_own_part_only(folder: Path) -> None:
    (folder / "robustness.json").write_text("{", encoding="utf-8")
    scores = folder / "gsm8k.scores.csv"
    scores.write_bytes(scores.read_bytes()[: scores.stat().st_size // 2])
    html = written(folder)
    assert "robustness.json is cut short" in html
    assert "gsm8k.scores.csv" in html and "python -m benchmarks" in html
    assert 'data-chart="leaderboard-coding-factual"' in html
