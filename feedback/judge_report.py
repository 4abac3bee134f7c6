"""Estimates and results of judges in words, for the command line; the page has its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from benchmarks.bootstrap import Estimate
from feedback.judge_agreement import FEWEST, Agreement, Sway, between_judges, mean_rating, sway
from feedback.judge_cost import JudgeEstimate
from feedback.judge_labels import rule
from feedback.judge_progress import Progress
from feedback.judge_records import RunRecord, RunState
from feedback.judge_results import Judged
from llms.cost import format_usd

STATES = {
    "running": "broken off",
    "finished": "finished",
    "stopped": "stopped",
    "budget": "budget used up",
    "paused": "paused",
}
"""How a run stands that nothing works on, in words."""


def estimate_lines(estimate: JudgeEstimate) -> list[str]:
    """An estimate, line by line."""
    lines = [
        f"{line.requests:>7,} requests to {line.llm} for {line.part}"
        + (f", {line.known:,} known already" if line.known else "")
        + f": {format_usd(line.usd)}"
        + (f" ({line.note})" if line.note else "")
        for line in estimate.lines
    ]
    lines.append(f"In all about {format_usd(estimate.usd)}; the run ends before it costs {budget_words(estimate)}.")
    lines += estimate.assumptions
    if estimate.unpriced:
        lines.append(f"No price is known for {', '.join(estimate.unpriced)}: the budget cannot hold what these cost.")
    if not estimate.enough:
        lines.append("The budget will probably not do for all prompts.")
    return lines


def budget_words(estimate: JudgeEstimate) -> str:
    """The budget, with what of it is spent."""
    more = f"more than {format_usd(estimate.budget_usd)}"
    return f"{more}, of which {format_usd(estimate.spent_usd)} are spent" if estimate.spent_usd else more


def progress_line(progress: Progress) -> str:
    """How far a run has come, as one line."""
    failed = f", {progress.failed:,} left out" if progress.failed else ""
    waiting = f" · {progress.waiting}" if progress.waiting else ""
    return (
        f"{progress.done:,} of {progress.total:,} prompts rated{failed} · {progress.requests:,} requests ·"
        f" {format_usd(progress.spent_usd)}{waiting}"
    )


def result_lines(record: RunRecord, judged: Sequence[Judged], people: Agreement | None) -> list[str]:
    """What a run has come to."""
    tiers = [one.tier(record.plan.reference_tier) for one in judged]
    lines = [
        f"{sum(one.whole for one in judged):,} of {len(judged):,} prompts have all their ratings.",
        rule(record.plan.reference_tier),
        f"Labels: {tiers.count(1):,} for tier 1, {tiers.count(record.plan.reference_tier):,} for tier"
        f" {record.plan.reference_tier}, {sum(one.torn for one in judged):,} prompts torn between orders.",
    ]
    mean = mean_rating(judged)
    lines += [f"Mean rating {mean:.2f}."] if mean is not None else []
    lines += [*record.plan.warnings(), *sway_lines(sway(judged))]
    if len(record.plan.judges) > 1:
        lines.append(agreement_line("Judges with each other", between_judges(judged)))
    lines.append(agreement_line("Judges with people", people))
    return lines


def sway_lines(swayed: Sway | None) -> list[str]:
    """What sways the judges beside quality."""
    if swayed is None:
        return []
    lines = [
        f"Position: of {swayed.n:,} pairs of ratings {share(swayed.changed)} change with the order. For"
        f" {share(swayed.torn)} of the prompts the order decides between the tiers. Read first, the weak answer gains"
        f" {points(swayed.shift)} points."
    ]
    if swayed.verbosity is not None:
        told = "cannot be told, as ratings or lengths do not vary"
        found = told if isnan(swayed.verbosity.value) else f"is {points(swayed.verbosity)}"
        lines.append(f"Length: the rank correlation of rating and length difference {found}.")
    return lines


def agreement_line(whose: str, found: Agreement | None) -> str:
    """An agreement with its intervals, or that there are too few to state one."""
    if found is None:
        return f"{whose}: fewer than {FEWEST} prompts have both, too few to say."
    ranks = "not to be told" if isnan(found.spearman.value) else points(found.spearman)
    return (
        f"{whose}, {found.n:,} pairs: quadratic weighted kappa {points(found.kappa)} (a constant guess has 0),"
        f" rank correlation {ranks}."
    )


def share(estimate: Estimate) -> str:
    """A share with its interval, such as `15 % [5, 30]`."""
    return f"{estimate.value:.0%} [{estimate.low:.0%}, {estimate.high:.0%}]".replace("%", " %").replace(" %,", ",")


def points(estimate: Estimate) -> str:
    """A figure with its interval, such as `0.15 [0.00, 0.30]`."""
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]".replace("-", "\N{MINUS SIGN}")


def run_line(record: RunRecord, state: RunState | None) -> str:
    """A run in a list."""
    plan = record.plan
    stands = "not begun" if state is None else f"{STATES[state.state]}, {state.done:,} of {state.total:,}"
    return (
        f"{record.id}  {record.created_at:%Y-%m-%d %H:%M}  {plan.weak} against {plan.reference},"
        f" judged by {', '.join(plan.judges)}  {stands}"
    )
