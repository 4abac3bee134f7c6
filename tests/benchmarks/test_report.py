"""RESULTS.md: in-domain, transfer, baselines and published figures stand apart, best first."""

from __future__ import annotations

from benchmarks.published import Published
from benchmarks.report import report
from benchmarks.summary import Protocol, Row


def _row(router: str, value: float, protocol: Protocol = "in-domain", n: int = 100, benchmark: str = "mmlu") -> Row:
    return Row(benchmark, router, protocol, "APGR", value, value - 0.05, value + 0.05, n)


ROWS = [
    _row("random", 0.5, "transfer"),
    _row("kmeans", 0.61),
    _row("knn", 0.65),
    _row("knn", 0.6, "transfer"),
    _row("llm-router", 0.58, "transfer", n=20),
    _row("oracle", 1.2),
    _row("kmeans", 0.7, benchmark="mmlu-pro"),
    _row("llm-router", 0.4, "transfer", n=20, benchmark="mmlu-pro"),
]
PUBLISHED = [
    Published(benchmark="mmlu", metric="APGR", router="BERT", value=0.572, source="RouteLLM", protocol="transfer"),
    Published(benchmark="mmlu", metric="cost saved", router="best", value=0.45, source="RouteLLM", note="Of an ideal."),
]


def _tables(text: str, heading: str) -> dict[str, list[str]]:
    """First cell of each line by table heading, of one section."""
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found: dict[str, list[str]] = {}
    for block in section.split("\n\n"):
        lines = [line.split(" | ")[0].removeprefix("| ") for line in block.splitlines() if line.startswith("| ")]
        if lines:
            found[lines[0]] = lines[2:]
    return found


def test_groups_stand_apart_and_the_best_comes_first() -> None:
    tables = _tables(report(ROWS, PUBLISHED), "MMLU")
    assert tables == {
        "in-domain": ["`knn`", "`kmeans`"],
        "transfer": ["`knn`", "`llm-router` (n = 20)"],
        "baselines and bounds": ["`oracle`", "`random`"],
        "published": ["BERT, transfer, RouteLLM"],
    }


def test_other_pairs_say_what_is_in_domain() -> None:
    text = report(ROWS, PUBLISHED)
    assert "| `kmeans` | – | – | – | *.700 [.650, .750]* |" in text
    assert "| `llm-router` | – | – | – | .400 [.350, .450], n = 20 |" in text


def test_benchmarks_without_figures_have_no_section_and_caveats_are_said() -> None:
    text = report(ROWS, PUBLISHED)
    assert "## MT-Bench\n" not in text
    assert "MMLU, RouteLLM (best cost saved .450): Of an ideal." in text


def test_it_is_the_same_every_time() -> None:
    assert report(ROWS, PUBLISHED) == report(list(ROWS), list(PUBLISHED))
