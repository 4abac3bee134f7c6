"""What the Judge tab shows: estimate, progress, and what the ratings come to. Everything LLMs wrote is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pages._defects import as_shown
from pages._templates import render

if TYPE_CHECKING:  # SQLAlchemy stands behind them: not while the app starts
    from feedback.judge_agreement import Agreement
    from feedback.judge_cost import JudgeEstimate
    from feedback.judge_progress import Progress
    from feedback.judge_records import RunRecord, RunState
    from feedback.judge_results import Judged
    from feedback.judge_store import Spent

ROWS = 50
"""Prompts whose ratings are listed."""

EVERY, TORN, LOW, MISSING = "every", "torn", "low", "missing"
FILTERS = (
    ("All prompts", EVERY),
    ("The order decides", TORN),
    ("Rated below 4", LOW),
    ("Without all ratings", MISSING),
)
ENDINGS = {
    "finished": "Finished",
    "stopped": "Stopped",
    "budget": "The budget is used up",
    "paused": "Paused",
    "running": "Broken off",
}
GO_ON = "Nothing that has come is lost: estimate and start again to go on, without paying for it twice."


@dataclass(frozen=True, slots=True)
class ShownRating:
    """One prompt in the list."""

    prompt: str
    rating: float | None
    tier: int | None
    torn: bool
    opinions: tuple[Mapping[str, object], ...]
    weak: str
    reference: str


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run with all that is shown of it.

    Attributes:
        record: The run.
        state: How it stands; None where it has not begun.
        judged: What is known of its prompts.
        texts: Prompts by hash, as far as they are kept.
        people: Agreement with people.
        spent: What it has cost.
    """

    record: RunRecord
    state: RunState | None
    judged: Sequence[Judged]
    texts: Mapping[str, str]
    people: Agreement | None
    spent: Spent


def estimate_html(estimate: JudgeEstimate, warnings: Sequence[str], prompts: int) -> str:
    """What a run will cost, and what is assumed."""
    return render("judge_estimate.html", estimate=estimate, warnings=warnings, prompts=prompts)


def progress_html(progress: Progress) -> str:
    """How far a run has come."""
    return render("judge_progress.html", progress=progress, ending=ENDINGS[progress.state], go_on=GO_ON)


def results_html(shown: RunShown, wanted: str) -> str:
    """What a run has come to: figures, how far to trust them, and prompt by prompt.

    Args:
        shown: The run.
        wanted: One of `FILTERS`.
    """
    from feedback.judge_agreement import between_judges, mean_rating, sway
    from feedback.judge_labels import rule
    from feedback.judge_report import agreement_line, sway_lines

    plan, judged = shown.record.plan, shown.judged
    tiers = [one.tier(plan.reference_tier) for one in judged]
    trust = [*plan.warnings(), *sway_lines(sway(judged)), agreement_line("Judges with people", shown.people)]
    if len(plan.judges) > 1:
        trust.insert(-1, agreement_line("Judges with each other", between_judges(judged)))
    rows = [one for one in judged if _wanted(one, wanted)]
    return render(
        "judge_results.html",
        run=shown.record,
        total=len(judged),
        rated=sum(one.whole for one in judged),
        suffices=tiers.count(1),
        more=tiers.count(plan.reference_tier),
        torn=sum(one.torn for one in judged),
        mean=mean_rating(judged),
        spent=shown.spent,
        rule=rule(plan.reference_tier),
        trust=trust,
        rows=[_row(one, shown) for one in rows[:ROWS]],
        matching=len(rows),
    )


def run_title(record: RunRecord, state: RunState | None, at_work: bool) -> str:
    """A run in a list, such as `22 Nov 08:40 · gpt-4.1-nano / gpt-4.1 · 12 of 20 · paused`."""
    plan, at = record.plan, record.created_at.astimezone(UTC)
    day = f"{at:%d %b %H:%M}" if at.year == datetime.now(UTC).year else f"{at:%d %b %Y}"
    if state is None:
        stands = "not begun"
    else:
        word = "at work" if at_work else ENDINGS[state.state].lower()
        stands = f"{state.done} of {state.total} · {word}"
    return f"{day} · {plan.weak} / {plan.reference} · {stands}"


def said(sentences: Sequence[str], *, error: bool = False) -> str:
    """Sentences to the visitor."""
    return render("bench_notice.html", sentences=sentences, error=error)


def failed(error: Exception) -> str:
    """An error as the tab shows it; one that was not foreseen is logged."""
    return said([str(as_shown(error))], error=True)


def _wanted(one: Judged, wanted: str) -> bool:
    if wanted == TORN:
        return one.torn
    if wanted == MISSING:
        return not one.whole
    return wanted != LOW or (one.rating is not None and one.rating < 4)


def _row(one: Judged, shown: RunShown) -> ShownRating:
    opinions = tuple(
        {
            "judge": opinion.judge,
            "weak_first": opinion.ratings.get("weak"),
            "reference_first": opinion.ratings.get("reference"),
            "why": opinion.rationales.get("weak", ""),
            "why_other": opinion.rationales.get("reference", ""),
        }
        for opinion in one.opinions
    )
    return ShownRating(
        prompt=shown.texts.get(one.prompt_sha256, ""),
        rating=one.rating,
        tier=one.tier(shown.record.plan.reference_tier),
        torn=one.torn,
        opinions=opinions,
        weak=one.weak.text if one.weak else "",
        reference=one.reference.text if one.reference else "",
    )
