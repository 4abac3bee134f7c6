"""Which router should I use? The plain answer by kind of prompts, from the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import trio
from benchmarks.markdown import EMPTY, interval, table
from benchmarks.pool_figures import AIQ_GAIN
from benchmarks.summary import ABOVE_LENGTH, LENGTH, MAJORITY, Row
from benchmarks.targets import BASELINES, BOUNDS

HEADING = "## Which router should I use?\n"
WORDS = f"""The best router by kind of prompts, of those that were run on all test rows, and how far it lies above
`{LENGTH}`, which costs nothing (difference on the same resampled questions). Better means that the 95 % interval of
that difference lies above 0. The best of about twenty on a test part flatters itself a little: routers whose intervals
overlap in the tables below do as well. Prompts unlike these sets are in nobody's domain: look at the transfer tables,
and compare what several routers say of yours.
"""


@dataclass(frozen=True)
class Use:
    """What somebody wants to route, and where that is measured.

    Attributes:
        what: Kind of prompts.
        benchmark: Name in the suite.
        metric: As in the summary.
        measured: What the metric says there.
    """

    what: str
    benchmark: str
    metric: str
    measured: str


USES = (
    Use("chats", "nexos", "AUC, simple or not", "nexos: AUC of “the cheapest of three LLMs will not do”, by an LLM"),
    Use("chats", "mt-bench", "APGR", "MT-Bench: APGR between Mixtral-8x7B and GPT-4 Turbo, by a judge's scores"),
    Use("exam-like questions", "mmlu", "APGR", "MMLU: APGR of the same two LLMs"),
    Use("exam-like questions", "gsm8k", "APGR", "GSM8K: APGR of the same two LLMs"),
    Use("questions on documentation", "ray", "AUC", "Ray: AUC of “the proprietary LLM is needed”, by people"),
    Use("code or facts, by category", "coding-factual", "accuracy", "accuracy of the category"),
    Use(
        "a pool of many LLMs with costs", "routerbench-part", AIQ_GAIN, "RouterBench, a part: AIQ above the Zero router"
    ),
    Use("a small, a large and a reasoning LLM", trio.NAME, trio.GAIN, "ZeroEval: accuracy above gpt-4o's at its cost"),
)


def advice(rows: Sequence[Row]) -> str:
    """The section of RESULTS.md; empty where nothing of it was measured."""
    lines = [_line(use, rows) for use in USES if _best(use, rows)]
    header = ["you route", "measured", "ask", "it reaches", f"above `{LENGTH}`", "so"]
    return f"{HEADING}\n{WORDS}\n{table(header, lines)}" if lines else ""


def _best(use: Use, rows: Sequence[Row]) -> Row | None:
    """The best served router that was run on all rows; refits without the benchmark are not served."""
    here = [row for row in rows if (row.benchmark, row.metric) == (use.benchmark, use.metric)]
    knows = {row.router for row in here if row.protocol == "in-domain"}
    served = [row for row in here if row.protocol == "in-domain" or row.router not in knows]
    most = max((row.n for row in served), default=0)
    learnt = [row for row in served if row.router not in {*BASELINES, *BOUNDS} and row.n == most]
    return max(learnt, key=lambda row: row.value, default=None)


def _line(use: Use, rows: Sequence[Row]) -> list[str]:
    best = _best(use, rows)
    if best is None:
        raise ValueError(f"nothing was measured of {use.benchmark}")
    above = _find(rows, use.benchmark, best.router, f"{use.metric}{ABOVE_LENGTH}")
    majority = _find(rows, use.benchmark, MAJORITY, use.metric)
    return [
        use.what,
        f"{use.measured}; {best.n:,} rows, {best.protocol}",
        f"`{best.router}`",
        interval(best),
        interval(above) if above else EMPTY,
        _verdict(best, above, majority),
    ]


def _verdict(best: Row, above: Row | None, majority: Row | None) -> str:
    if above is not None:
        return "better" if above.low > 0 else f"no better than prompt length, as far as {above.n:,} rows can tell"
    if majority is None:
        return "nothing to compare with"
    said = "better than" if best.low > majority.high else "no better than"
    return f"{said} the most frequent label ({interval(majority)}); length tells no categories"


def _find(rows: Sequence[Row], benchmark: str, router: str, metric: str) -> Row | None:
    wanted = (benchmark, router, metric)
    return next((row for row in rows if (row.benchmark, row.router, row.metric) == wanted), None)
