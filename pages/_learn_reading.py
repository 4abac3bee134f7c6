"""How to read a version's figures: what was learnt, what before and after are, and what the verdict is about."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.bootstrap import N_RESAMPLES
from feedback.learning.figures import APGR, GAINED
from feedback.learning.report import Report, Side
from feedback.learning.words import percent, signed
from feedback.version_records import VersionKind

LEARNT: dict[VersionKind, str] = {
    "threshold": "Only where it draws the line between cheap and dear: its scores stay those of the router that ships.",
    "head": "A linear layer on top of it: it corrects the router's scores by what the encoder knows of a prompt.",
    "references": (
        "The labelled prompts stand beside those that it ships with. A prompt that is like some of them gets what they "
        "needed; any other gets what the router that ships says. How near is near, and how much they count, was chosen "
        "by cross-validation. {kept}"
    ),
    "votes": "How much each member's vote counts. The members themselves stay as they are.",
}
"""What a version of each kind has changed."""

KEPT = {
    "kmeans": "Its clusters stay as they are.",
    "knn": "Its own neighbours stay as they are.",
    "similarity-weighted": "Its own training prompts and their weights stay as they are.",
}
"""What labelled prompts leave alone in a router that looks prompts up."""

MEASURES = {
    APGR: (
        "The ranking (APGR): whether prompts that need a dearer LLM get a higher P(escalate) than the others, over all "
        "thresholds at once. 0.5 is chance; how far above it one can get depends on how many prompts need a dearer "
        "LLM. So it judges what was learnt, wherever the threshold stands."
    ),
    GAINED: (
        "Served beyond chance: how many more prompts get an LLM that suffices than if as many were escalated at "
        "random. So a threshold cannot look better merely because it escalates more."
    ),
}
"""What the figure says that the verdict is about."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences beside the figures of one version.

    Attributes:
        learnt: What was changed.
        before: What stands on the one side.
        after: What stands on the other.
        measure: What the verdict is about.
        interval: Whether the difference lies beyond what chance may give.
    """

    learnt: str
    before: str
    after: str
    measure: str
    interval: str


def reading_of(kind: VersionKind, router: str, name: str, report: Report) -> Reading:
    """How to read a version's figures.

    Args:
        kind: What was learnt.
        router: Id of the router that learnt.
        name: Of the version, such as `v3`.
        report: Its figures.
    """
    return Reading(
        LEARNT[kind].format(kept=KEPT.get(router, "")).strip(),
        f"The router as it ships, whichever version decides now: {_stands(report.before)}",
        f"{name}, on the same {report.held_out} held-out labels: {_stands(report.after)}",
        MEASURES.get(report.headline, ""),
        _interval(report),
    )


def _stands(side: Side) -> str:
    return f"it escalates {percent(side.share_at)} and serves {percent(side.quality_at)}."


def _interval(report: Report) -> str:
    found = report.figure(report.headline).difference
    if found.low is None or found.high is None:
        return "There is none: the held-out labels do not say how far chance reaches."
    span = f"{signed(found.low)} to {signed(found.high)}"
    means = {
        "better": "which is above zero throughout. So the gain is more than chance.",
        "worse": "which is below zero throughout. So the loss is more than chance.",
        "within noise": "which includes zero. So the difference may be chance, and is no proven gain.",
    }[report.verdict]
    return (
        f"The difference is {signed(found.value)}. Drawn again {N_RESAMPLES:,} times, the held-out labels give {span} "
        f"in 95 of 100 draws, {means}"
    )
