"""Before and after in words."""

from __future__ import annotations

from feedback.learning.figures import ESCALATED, SERVED
from feedback.learning.report import Compared, Verdict
from feedback.learning.target import Target


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
