"""The plain answer: the best served router, and whether it beats prompt length at all."""

from __future__ import annotations

from benchmarks.advice import advice
from benchmarks.summary import Protocol, Row


def _row(benchmark: str, router: str, metric: str, value: float, protocol: Protocol = "in-domain", n: int = 100) -> Row:
    return Row(benchmark, router, protocol, metric, value, value - 0.05, value + 0.05, n)


def _lines(rows: list[Row]) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in advice(rows).splitlines() if line.startswith("| ")][2:]


def test_better_means_that_the_interval_of_the_difference_lies_above_zero() -> None:
    unsure = "no better than prompt length, as far as 100 rows can tell"
    for difference, said, verdict in (
        (0.06, ".060 [.010, .110]", "better"),
        (0.04, ".040 [-.010, .090]", unsure),
    ):
        rows = [
            _row("mmlu", "prompt-length", "APGR", 0.7),
            _row("mmlu", "oracle", "APGR", 1.2),
            _row("mmlu", "knn", "APGR", 0.6),
            _row("mmlu", "kmeans", "APGR", 0.65),
            _row("mmlu", "kmeans", "APGR above prompt length", difference),
        ]
        (line,) = _lines(rows)
        assert line[0] == "exam-like questions"
        assert line[2:] == ["`kmeans`", ".650 [.600, .700]", said, verdict]


def test_refits_samples_and_coins_are_not_recommended() -> None:
    rows = [
        _row("gsm8k", "knn", "APGR", 0.6),
        _row("gsm8k", "knn", "APGR", 0.9, "transfer"),
        _row("gsm8k", "random", "APGR", 0.95, "transfer"),
        _row("gsm8k", "llm-router", "APGR", 0.99, "transfer", n=20),
        _row("gsm8k", "keras-cnn", "APGR", 0.5, "transfer"),
    ]
    (line,) = _lines(rows)
    assert line[2:4] == ["`knn`", ".600 [.550, .650]"]


def test_categories_are_compared_with_the_most_frequent_one() -> None:
    rows = [_row("coding-factual", "semantic", "accuracy", 0.95), _row("coding-factual", "majority", "accuracy", 0.5)]
    assert _lines(rows)[0][-1].startswith("better than the most frequent label (.500")


def test_nothing_measured_gives_no_advice() -> None:
    assert advice([]) == ""
