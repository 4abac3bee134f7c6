"""What the project set out to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import trio
from benchmarks.pool_figures import AIQ_GAIN
from benchmarks.summary import MAJORITY, Row

BASELINES = ("random", "always-weak", "always-strong", "prompt-length", MAJORITY)
"""What a learnt router must beat; none of these can reach a target."""

COIN = "random"
"""One throw of a coin per prompt: what it reaches on a test part is luck, so it is never the best baseline. What it is
worth is its expectation: .5 in AUC and APGR, and the mixture of two LLMs where costs count."""

BOUNDS = ("oracle", "best-single-llm", "zero-router", trio.ALWAYS_LARGE)
"""Rows that stand for no router."""

KERAS = ("keras-dnn", "keras-bilstm", "keras-bilstm2", "keras-cnn", "keras-cnn-lstm")


@dataclass(frozen=True)
class Target:
    """One target.

    Attributes:
        what: For people.
        benchmark: Name in the suite.
        metric: As in the summary.
        published: The best published figure, or what stands for it.
        value: To be reached from below.
        among: Ids of the routers that count; empty for all.
    """

    what: str
    benchmark: str
    metric: str
    published: str
    value: float
    among: tuple[str, ...] = ()


TARGETS = (
    Target("Ray questions, best router", "ray", "AUC", ".82", 0.90),
    Target("Ray questions, best Keras router", "ray", "AUC", ".82", 0.86, among=KERAS),
    Target("Chat, three routes", "nexos", "accuracy", ".790", 0.82),
    Target("Chat, three routes", "nexos", "macro F1", ".7505", 0.78),
    Target("MMLU", "mmlu", "APGR", ".603", 0.66),
    Target("GSM8K", "gsm8k", "APGR", ".622", 0.66),
    Target("MT-Bench, never trained on", "mt-bench", "APGR", ".802", 0.80),
    Target("Coding or factual, similarity", "coding-factual", "accuracy", ".936", 0.95, among=("semantic",)),
    Target("Coding or factual, best router", "coding-factual", "accuracy", ".974", 0.99),
    Target("RouterBench, a part", "routerbench-part", AIQ_GAIN, "about 0", 0.0, among=("matrix-factorization",)),
    Target("ZeroEval trio", trio.NAME, trio.GAIN, "–", 0.0),
)


@dataclass(frozen=True)
class Outcome:
    """How a target stands.

    Attributes:
        target: The target.
        best: The best row of a router that counts; None where none was scored.
        baseline: The best row of a baseline; None where there is none.
    """

    target: Target
    best: Row | None
    baseline: Row | None

    @property
    def verdict(self) -> str:
        """Reached or missed, and whether the goal lies inside the interval; or not measured."""
        if self.best is None:
            return "not measured"
        goal = self.target.value
        if self.best.value >= goal:
            return "reached" if self.best.low >= goal else "reached, goal inside the interval"
        return "missed, goal inside the interval" if self.best.high >= goal else "missed"


def judge(rows: Sequence[Row]) -> list[Outcome]:
    """The best router and the best baseline for each target; what was run on a sample only does not count."""
    judged = []
    for target in TARGETS:
        measured = [row for row in rows if (row.benchmark, row.metric) == (target.benchmark, target.metric)]
        n_rows = max((row.n for row in measured), default=0)
        ours = [row for row in measured if row.router not in {*BASELINES, *BOUNDS} and row.n == n_rows]
        counted = [row for row in ours if not target.among or row.router in target.among]
        plain = [row for row in measured if row.router in BASELINES and row.router != COIN]
        judged.append(Outcome(target, _best(counted), _best(plain)))
    return judged


def _best(rows: Sequence[Row]) -> Row | None:
    return max(rows, key=lambda row: row.value, default=None)
