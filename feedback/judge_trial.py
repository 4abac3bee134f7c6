"""How well a judge agrees with ratings by hand: `python -m feedback.judge_trial --judge smollm2-135m`.

Forty prompts with a weak answer, a reference and a rating by hand stand in `assets/judge_trial.jsonl`; all of it was
written for this project. What comes out is put into `docs/training/judge.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from pathlib import Path

import numpy as np

from benchmarks.bootstrap import Estimate, bootstrap
from command_line import exit_code
from errors import DataError, PlaygroundError
from feedback.judge import Judge
from feedback.judge_agreement import Agreement, FloatArray, IntArray, Sway, agreement, rank_correlation, sway
from feedback.judge_plan import GIVEN, JudgedPrompt, JudgePlan
from feedback.judge_report import points, progress_line, share
from feedback.judge_results import SUFFICES, Judged
from feedback.judge_store import JudgeStore
from feedback.store import FeedbackStore
from llms.catalogue import load_catalogue
from llms.completions import Completions
from llms.keys import Keys
from settings import get_settings

ROOT = Path(__file__).resolve().parent.parent
TRIAL = ROOT / "assets" / "judge_trial.jsonl"
REPORT = ROOT / "docs" / "training" / "judge.md"
JUDGE_TOKENS = 160
"""Two sentences take half of it; a small LLM that does not come to an end shall do so soon."""

BEGIN, END = "<!-- written by python -m feedback.judge_trial -->", "<!-- until here -->"
HEAD = (
    "| judge | rated | kappa | rank correlation | accuracy of “does” | changed by order | length |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """How one judge did.

    Attributes:
        judge: Its id.
        rated: Prompts that it rated in both orders.
        total: All.
        found: Agreement with the ratings by hand; None of fewer than ten.
        does: Share of prompts on whose “does, does not” both agree.
        swayed: What sways it; None where it rated nothing.
    """

    judge: str
    rated: int
    total: int
    found: Agreement | None
    does: Estimate | None
    swayed: Sway | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Lets judges rate the trial's answers and writes down how well they do; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m feedback.judge_trial", description=__doc__)
    parser.add_argument("--judge", action="append", required=True, help="id of `python -m llms`; several are possible")
    parser.add_argument("--budget", type=Decimal, default=Decimal(1), help="USD for each judge (default: 1)")
    parser.add_argument("--concurrency", type=int, default=2, help="requests at a time (default: %(default)s)")
    parser.add_argument("--report", type=Path, default=REPORT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        prompts, by_hand = read_trial(TRIAL)
        trials = [
            asyncio.run(_try(judge, prompts, by_hand, options.budget, options.concurrency)) for judge in options.judge
        ]
        lines = report_lines(trials, prompts, by_hand)
        write_report(options.report, lines)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def read_trial(path: Path) -> tuple[list[JudgedPrompt], FloatArray]:
    """The prompts with their answers, and the ratings by hand, (n,).

    Raises:
        DataError: The file is missing or broken.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        prompts = [JudgedPrompt(row["prompt"], row["weak_answer"], row["reference_answer"]) for row in rows]
        return prompts, np.array([row["rating"] for row in rows], dtype=np.float64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} cannot be read: {error}.", "Restore the file.") from error


async def _try(
    judge: str, prompts: list[JudgedPrompt], by_hand: FloatArray, budget: Decimal, concurrency: int
) -> Trial:
    settings = get_settings()
    completions = Completions(load_catalogue(), settings)
    court = Judge(completions, load_catalogue(), JudgeStore(FeedbackStore(settings).access))
    plan = JudgePlan(
        weak=GIVEN,
        reference=GIVEN,
        judges=(judge,),
        judge_tokens=JUDGE_TOKENS,
        budget_usd=budget,
        concurrency=concurrency,
    )
    run = await asyncio.to_thread(court.begin, plan, prompts, Keys(), "trial")
    working = asyncio.create_task(run.work())
    try:
        async for progress in run.board.follow():
            print(f"\r\033[K{judge}: {progress_line(progress)}", end="", file=sys.stderr, flush=True)
        await working
    finally:
        print(file=sys.stderr)
        await completions.aclose()
    return trial_of(judge, court.results(run.record.id)[1], by_hand)


def trial_of(judge: str, judged: Sequence[Judged], by_hand: FloatArray) -> Trial:
    """How a judge did, by its ratings and those by hand, both in the order of the prompts."""
    both = [(one.rating, hand) for one, hand in zip(judged, by_hand.tolist(), strict=True) if one.rating is not None]
    ratings, hands = (np.array([pair[at] for pair in both], dtype=np.float64) for at in (0, 1))
    agreed = ((ratings >= SUFFICES) == (hands >= SUFFICES)).astype(np.float64)

    def accuracy(rows: IntArray) -> float:
        return float(agreed[rows].mean())

    does = bootstrap(accuracy, len(both)) if both else None
    return Trial(judge, len(both), len(judged), agreement(ratings.tolist(), hands.tolist()), does, sway(judged))


def report_lines(trials: Sequence[Trial], prompts: Sequence[JudgedPrompt], by_hand: FloatArray) -> list[str]:
    """The table of the report, with its baselines."""
    lengths = np.array([len(one.weak_answer or "") - len(one.reference_answer or "") for one in prompts], float)

    def by_length(rows: IntArray) -> float:
        return rank_correlation(lengths[rows], by_hand[rows])

    majority = max(float((by_hand >= SUFFICES).mean()), float((by_hand < SUFFICES).mean()))
    longer = points(bootstrap(by_length, len(by_hand)))
    lines = [*HEAD, *(_row(trial) for trial in trials)]
    lines.append(f"| always the same rating | {len(by_hand)} of {len(by_hand)} | 0 | – | {majority:.2f} | – | – |")
    lines.append(f"| the longer, the better | {len(by_hand)} of {len(by_hand)} | – | {longer} | – | – | 1 |")
    return lines


def write_report(path: Path, lines: Sequence[str]) -> None:
    """Puts the table in its place in the report.

    Raises:
        DataError: The report is missing or has no such place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"The report {path} cannot be read: {error.strerror}.", "Restore the file.") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DataError(f"The report {path} has no place for the table.", "Restore the file.")
    path.write_text("\n".join([before + BEGIN, "", *lines, "", END + after]), encoding="utf-8")


def _row(trial: Trial) -> str:
    cells = [f"`{trial.judge}`", f"{trial.rated} of {trial.total}"]
    cells += [_figure(trial.found.kappa if trial.found else None)]
    cells += [_figure(trial.found.spearman if trial.found else None)]
    cells += [_figure(trial.does)]
    cells += [share(trial.swayed.changed) if trial.swayed else "–"]
    cells += [_figure(trial.swayed.verbosity if trial.swayed else None)]
    return f"| {' | '.join(cells)} |"


def _figure(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return "none: it never varies" if isnan(estimate.value) else points(estimate)


if __name__ == "__main__":
    sys.exit(exit_code(main))
