"""Before and after in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from feedback.learning.figures import ESCALATED, SERVED
from feedback.learning.report import Compared, Report, Verdict
from feedback.learning.target import Target

Direction = Literal["better", "worse", "dearer", "cheaper", "within noise"]
"""What a difference means whose whole interval lies on one side of zero, else that it may be chance."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to activate a version, and why: one clause, and one or two sentences."""

    headline: str
    why: str


def advice_of(report: Report) -> Advice:
    """Whether a version should be activated, by the interval of the difference that its verdict is about.

    Args:
        report: Its figures on held-out labels.
    """
    found = report.figure(report.headline)
    difference = f"{found.metric}: {signed(found.difference.value)}"
    interval = f"{signed(found.difference.low)} to {signed(found.difference.high)}"
    if report.verdict == "worse":
        return Advice(
            "Do not activate it: it does worse than before.",
            f"{difference}, and the whole 95 % interval of the difference, {interval}, is on the wrong side of zero.",
        )
    if report.verdict == "within noise":
        why = f"{difference}, but the 95 % interval of the difference, {interval}, includes zero."
        if found.difference.low is None or found.difference.high is None:
            why = f"The {report.held_out} held-out labels do not say whether {found.metric} changed."
        return Advice(
            "No reason to activate it: it may be no better than before.", f"{why} More labels narrow the interval."
        )
    proven = f"{difference}, and the whole 95 % interval of the difference, {interval}, is on the right side of zero."
    worse = [figure.metric for figure in report.figures if direction_of(figure) == "worse"]
    if worse:
        return Advice(
            "Weigh it up before you activate it: it is better in one thing and worse in another.",
            f"{proven} Worse beyond chance: {', '.join(worse)}.",
        )
    why = f"{proven} No other figure is worse beyond chance."
    if any(direction_of(figure) == "dearer" for figure in report.figures):
        why += " It costs more: more prompts are escalated."
    return Advice("Activate it: it is better than before.", why)


def direction_of(compared: Compared) -> Direction:
    """What a difference means; one whose interval includes zero, or is not known, may be chance."""
    low, high = compared.difference.low, compared.difference.high
    if low is None or high is None or low <= 0 <= high:
        return "within noise"
    if compared.neutral:
        return "dearer" if low > 0 else "cheaper"
    return "better" if (low > 0) != compared.lower_is_better else "worse"


def sentence_of(found: Compared, verdict: Verdict, n: int, figures: tuple[Compared, ...], target: Target | None) -> str:
    """The one sentence that says what learning came to.

    Args:
        found: The figure that the verdict is about.
        verdict: What it comes to.
        n: How many labels were held out.
        figures: All figures.
        target: What the operating point was chosen for; None where it was not.
    """
    difference = (
        f"{found.metric} {signed(found.difference.value)} "
        f"[{signed(found.difference.low)}, {signed(found.difference.high)}]"
    )
    by_name = {figure.metric: figure for figure in figures}
    served, escalated = by_name[SERVED], by_name[ESCALATED]
    said = (
        f"{difference}: {verdict} on {n} held-out labels. It serves {percent(served.after.value)} instead of "
        f"{percent(served.before.value)} and escalates {percent(escalated.after.value)} instead of "
        f"{percent(escalated.before.value)}"
    )
    if target is None:
        return f"{said}."
    reached = (served if target.kind == "quality" else escalated).after
    ok = reached.value is not None and (
        reached.value >= target.share if target.kind == "quality" else reached.value <= target.share
    )
    return (
        f"{said}; the target, to {target}, is {'reached' if ok else 'missed'} there "
        f"({percent(reached.low)} to {percent(reached.high)})."
    )


def signed(value: float | None) -> str:
    """A difference with its sign, `+.04`; a dash where it is not known."""
    if value is None:
        return "–"
    digits = 2 if abs(value) >= 0.005 or value == 0 else 3  # a difference that is there shall not look like none
    text = f"{abs(value):.{digits}f}".removeprefix("0")
    return f"{'−' if value < 0 else '+'}{text}"


def percent(share: float | None) -> str:
    """A share as whole percent; a dash where it is not known."""
    return "–" if share is None else f"{share:.0%}"
